"""One start of the studio, watched: run by `benchmarks.studio`, prints one line of JSON.

    python -m benchmarks.studio_probe STARTED SECONDS

STARTED is `time.time()` when the process was asked for; the engine is kept busy for SECONDS after it has warmed up. A 60 Hz
timer in the window's thread notes how late it is called.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import qasync
from PySide6.QtCore import Qt, QTimer

from desktop.app import App, make_application
from desktop.client import EngineLike, OnEvent
from engine.api.events import Event, Failed, Finished
from engine.api.places import Places
from engine.api.recipe import GalleryStyle, Layer, Photo, Recipe, StyleUse
from engine.api.requests import ImportPicture, Preview

if TYPE_CHECKING:
    from engine.engine import Engine

INTERVAL_MS = 16
HOUSE = Path(__file__).resolve().parents[1] / "resources" / "pictures" / "house.jpg"


class Watch:
    """Notes when things happen, in seconds since the process was asked for."""

    def __init__(self, started: float) -> None:
        self.started = started
        self.painted = 0.0
        self.ready = 0.0
        self.ticks: list[float] = []
        self.photo: Photo | None = None
        self.engine: Engine | None = None
        self.trouble = ""
        self.frames = itertools.count()

    def now(self) -> float:
        return time.time() - self.started

    def paint(self) -> None:
        self.painted = self.painted or self.now()

    def start_engine(self, where: Places, on_event: OnEvent) -> EngineLike:
        def watched(event: Event) -> None:
            if isinstance(event.body, Finished):
                self.ready = self.ready or self.now()
                if isinstance(event.body.result, Photo):
                    self.photo = event.body.result
                next(self.frames)
            if isinstance(event.body, Failed):
                self.trouble = event.body.failure.sentence
            on_event(event)

        from engine.engine import Engine  # late, as the studio does it: it is not part of the first paint

        self.engine = Engine(where, on_event=watched)
        self.engine.start()
        return self.engine

    def gaps(self, begin: float, end: float) -> list[float]:
        """Milliseconds between the timer's calls, ascending."""
        ticks = [tick for tick in self.ticks if begin <= tick <= end]
        return sorted((after - before) * 1e3 for before, after in itertools.pairwise(ticks))


async def sitting(watch: Watch, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        app = App(Places(Path(home)), watch.start_engine)
        app.window.painted.connect(watch.paint)
        timer = QTimer(interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: watch.ticks.append(watch.now()))
        timer.start()
        app.show()
        await app.begin()
        while not watch.ready:
            if watch.trouble:
                raise SystemExit(watch.trouble)
            await asyncio.sleep(0.02)
        loading = watch.gaps(watch.painted, watch.ready)
        await asyncio.sleep(1)
        busy_from = watch.now()
        await keep_busy(watch, busy_from + seconds)
        busy = watch.gaps(busy_from, watch.now())
        timer.stop()
        await app.close()
    return {
        "first_paint_s": watch.painted,
        "ready_s": watch.ready,
        "loading_max_ms": loading[-1],
        "busy_p50_ms": busy[len(busy) // 2],
        "busy_p99_ms": busy[int(len(busy) * 0.99)],
        "busy_max_ms": busy[-1],
    }


async def keep_busy(watch: Watch, until: float) -> None:
    """Previews of the house picture at the canvas's size, one after another, each with another strength."""
    engine = watch.engine
    assert engine is not None
    engine.submit(ImportPicture(path=HOUSE))
    while watch.photo is None:
        await asyncio.sleep(0.01)
    for turn in itertools.count():
        if watch.now() > until:
            return
        layer = Layer(watch.photo, (StyleUse(GalleryStyle(style())),), strength=0.5 + turn % 50 / 100)
        engine.submit(Preview(Recipe((layer,)), (512, 1024)))
        await asyncio.sleep(0.1)


def style() -> str:
    from engine.api.gallery import cards

    return cards()[0].id


def main() -> None:
    watch = Watch(float(sys.argv[1]))
    with qasync.QEventLoop(make_application()) as loop:
        print(json.dumps(loop.run_until_complete(sitting(watch, float(sys.argv[2])))))


if __name__ == "__main__":
    main()
