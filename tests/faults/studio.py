"""A studio of its own process for the tests of its start, on a fake engine: `python -m tests.faults.studio [FILE …]`.

When it is ready, and whenever its document has changed, it prints a line of JSON: its document, the sentences over the canvas,
its home and how much it is scaled. With SFUMATO_TEST_STAYS it then lives on until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from desktop import app
from desktop.client import EngineLike, OnEvent
from desktop.views.banner import Banner
from engine.api.places import Places
from tests.fake_engine import FakeEngine, StudioScript


class Told(app.App):
    async def begin(self) -> None:
        await super().begin()
        await self.studio.tasks.idle()
        self.tell()
        if not os.environ.get("SFUMATO_TEST_STAYS"):
            self.handlers.leaving.emit()
            return
        self.studio.painting.use_style("gallery:linocut")  # unsaved work, where there is a photo
        await self.studio.tasks.idle()
        self.studio.documents.keep()
        self.studio.session.recipe_changed.connect(self.tell)
        await asyncio.sleep(120)

    def tell(self) -> None:
        facts = {
            "document": self.studio.session.name,
            "banners": [banner.sentence for banner in self.window.findChildren(Banner)],
            "home": str(self.studio.places.home),
            "scale": self.window.devicePixelRatioF(),
        }
        print(json.dumps(facts), flush=True)


def start_engine(where: Places, on_event: OnEvent) -> EngineLike:
    return FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event)


app.App = Told  # type: ignore[misc]
sys.exit(app.run(tuple(map(Path, sys.argv[1:])), None, start_engine))
