"""Pictures at their full size for other programs: the canvas shows a smaller one, so the engine makes the whole."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import aclosing
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.pace import Pace
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Finished, Progress
from engine.api.output import Output
from engine.api.recipe import Recipe
from engine.api.requests import Export, Exported

COPYING = "copy"
"""The name of every such task: the picture copied last wins."""


class FullPictures(QObject):
    """Makes a recipe's picture at the bottom photo's own size: a job with progress that can be stopped. `made` carries the image."""

    made = Signal(QImage)

    def __init__(self, link: Link, tasks: Tasks, notices: Notices, jobs: Jobs, pace: Pace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pace = pace
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._jobs = jobs

    def make(self, recipe: Recipe, image: QImage) -> None:
        """Have the whole picture follow where `image`, which the canvas shows of this recipe, is smaller."""
        self._tasks.spawn_latest(self._follow(recipe, image), COPYING)

    async def _follow(self, recipe: Recipe, image: QImage) -> None:
        width, height = recipe.native_size
        shown = f"{image.width()} × {image.height()}"
        if image.width() >= width and image.height() >= height:
            self._notices.say(f"Copied, {shown} px")
            return
        self._notices.say(f"Copied as on the canvas, {shown} px; all {width} × {height} follow")
        job = self._jobs.begin(f"Copying {width} × {height} px", asyncio.current_task())
        try:
            whole = await self._whole(job, recipe)
        except asyncio.CancelledError:
            self._notices.say(f"Stopped: the copy has the canvas's {shown} px")
            raise
        finally:
            self._jobs.end(job)
        if whole.isNull():
            self._notices.say(f"The copy has the canvas's {shown} px: more do not fit into the clipboard")
        else:
            self.made.emit(whole)

    async def _whole(self, job: int, recipe: Recipe) -> QImage:
        """The engine's picture, by way of a file: it never sends so many pixels at once."""
        with tempfile.TemporaryDirectory(prefix="sfumato-copy-", ignore_cleanup_errors=True) as folder:
            file = Path(folder) / "picture.png"
            async with aclosing(self._link.stream(Export(recipe, Output(file)))) as bodies:
                async for body in bodies:
                    match body:
                        case Progress():
                            self._jobs.progress(job, body)
                        case Finished(Exported() as done):
                            self._pace.saw_export(recipe, done.width * done.height, done.seconds)
                        case Failed(failure):
                            raise RequestFailed(failure)
                        case _:
                            pass
            return await asyncio.to_thread(QImage, str(file))
