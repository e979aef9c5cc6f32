"""Pictures on their way out: exports and enlarged photos, each a job with progress that can be stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.state.export_estimate import effort, size_in_words
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.pace import Pace
from desktop.state.print_size import pixels_in_words
from desktop.state.settings import EnlargeChoice, SettingsStore
from desktop.state.tasks import Tasks
from desktop.state.writing import written
from engine.api.output import Output
from engine.api.recipe import Recipe
from engine.api.requests import Export, Exported, Upscale


class Exporter(QObject):
    """Writes pictures; `exported` carries the recipe and the `Exported` of each that was written."""

    exported = Signal(object, object)

    def __init__(
        self, link: Link, tasks: Tasks, notices: Notices, jobs: Jobs, settings: SettingsStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._jobs = jobs
        self._settings = settings
        self.pace = Pace()

    def folder(self) -> Path | None:
        """Where the next picture might go: where the last one went, or to where the photo came from; None where that is not known."""
        settings = self._settings.settings
        known = [settings.export.folder, *(str(Path(photo).parent) for photo in settings.recent)]
        return next((Path(folder) for folder in known if folder and Path(folder).is_dir()), None)

    def export(self, recipe: Recipe, output: Output) -> asyncio.Task[Exported | None]:
        """Write the recipe as it is now; what is changed meanwhile does not come into it."""
        self._settings.change(export=self._settings.settings.export.told(output))
        return self._tasks.spawn(self._export(recipe, output), f"export {output.path.name}")

    def enlarge(self, request: Upscale) -> asyncio.Task[Exported | None]:
        """Write a photo twice or four times as wide."""
        file = self._settings.settings.enlarge.file.told(request.output)
        self._settings.change(enlarge=EnlargeChoice(request.scale, request.variant, request.model, file))
        return self._tasks.spawn(self._written(request, "Enlarging", "Made"), f"enlarge {request.output.path.name}")

    async def _export(self, recipe: Recipe, output: Output) -> Exported | None:
        done = await self._written(Export(recipe, output), "Exporting", "Exported")
        if done is not None:
            self.pace.saw_export(recipe, round(effort(done.width, done.height, recipe.native_size) * 1e6), done.seconds)
            self.exported.emit(recipe, done)
        return done

    async def _written(self, request: Export | Upscale, doing: str, did: str) -> Exported | None:
        name = request.output.path.name
        try:
            done = await written(request, f"{doing} {name}", self._link, self._jobs)
        except asyncio.CancelledError:
            self._notices.say(f"Stopped: {name} was not written")
            raise
        if done is not None:
            size = f"{pixels_in_words(done.width, done.height)}, {size_in_words(done.bytes)}"
            self._notices.say(f"{did} {done.path.name}: {size}", done.path)
        return done
