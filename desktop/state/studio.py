"""The studio without its window: every part of the state, made once and connected to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.document.document import DOCUMENT_SUFFIX, Document, View
from desktop.state.batch import Batch
from desktop.state.documents import Documents
from desktop.state.enlargement import Enlargement
from desktop.state.explorer.explorer import Explorer
from desktop.state.exporter import Exporter
from desktop.state.frames import to_image
from desktop.state.full_pictures import FullPictures
from desktop.state.intake import Intake
from desktop.state.jobs import Jobs
from desktop.state.library import Library
from desktop.state.link import Link
from desktop.state.loupe import Loupe
from desktop.state.notices import Notices
from desktop.state.painting import Painting
from desktop.state.photo_thumbnails import PhotoThumbnails
from desktop.state.previewer import Previewer
from desktop.state.proofing import Proofing
from desktop.state.results import Caption, Results
from desktop.state.session import Session
from desktop.state.settings import SettingsStore
from desktop.state.tasks import Tasks
from desktop.state.training.workshop import Workshop
from engine.api.errors import FileMissing
from engine.api.events import Frame
from engine.api.family import PruneTunings
from engine.api.naming import plain_name
from engine.api.places import Places
from engine.api.recipe import Layer, Photo, Recipe
from engine.api.requests import EngineInfo, WarmUp


class Studio(QObject):
    """All state of a sitting. `warmed_up` carries the `EngineInfo` once the engine can work; `stayed_cold` says that it cannot."""

    warmed_up = Signal(object)
    stayed_cold = Signal()

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.places = places
        self.notices = Notices(self)
        self.tasks = Tasks(self.notices.report)
        self.link = Link()
        self.settings = SettingsStore(places.settings, self)
        self.library = Library(places.styles, self.settings, self)
        self.session = Session(self)
        self.jobs = Jobs(parent=self)
        self.results = Results(self)
        self.previewer = Previewer(self.link, self.tasks, self)
        self.painting = Painting(self.session, self.library, self)
        self.documents = Documents(places, self.session, self.tasks, self.notices, self.settings, self)
        self.exporter = Exporter(self.link, self.tasks, self.notices, self.jobs, self.settings, self)
        self.full_pictures = FullPictures(self.link, self.tasks, self.notices, self.jobs, self.exporter.pace, self)
        self.proofing = Proofing(self.link, self.tasks, self.settings, self)
        self.batch = Batch(self.link, self.tasks, self.notices, self.jobs, self)
        self.loupe = Loupe(self.link, self.tasks, self)
        self.enlargement = Enlargement(self.link, self.tasks, self)
        self.intake = Intake(self.link, self.tasks, self.notices, self.session, self.library, self.settings, self)
        self.thumbnails = PhotoThumbnails(self.link, self.tasks, self)
        self.workshop = Workshop(places, self.link, self.tasks, self.notices, self)
        self.explorer = Explorer(self.link, self.tasks, self.notices, self.jobs, self.session, self.workshop.generators, self)
        self.info: EngineInfo | None = None
        self._connect()

    async def warm_up(self) -> None:
        """Have the engine ready; raises `RequestFailed` where it cannot be."""
        try:
            self.info = await self.link.run(WarmUp())
        except RequestFailed:
            self.stayed_cold.emit()
            raise
        self.warmed_up.emit(self.info)
        for sentence in (*self.info.notes, *self.info.skipped_models, self.settings.problem, self.library.problem):
            if sentence:
                self.notices.trouble(sentence)
        self.intake.finish_samples()
        self.workshop.look_around()
        await self.link.run(PruneTunings())

    async def close(self) -> None:
        """End what still runs, of the artist's own will: nothing is left to recover."""
        self.batch.close()
        await self.tasks.close()
        self.workshop.maker.close()
        self.documents.close()

    def open(self, path: Path) -> None:
        """Open a document or a photo, by its name."""
        if path.suffix.lower() == DOCUMENT_SUFFIX:
            self.documents.open(path)
        else:
            self.intake.open_photo(path)

    def open_all(self, paths: tuple[Path, ...]) -> None:
        """Open what a command line named: of several, the last. One that is not there is told, and does not stop the others."""
        there = self.that_are_there(paths)
        if there:
            self.open(there[-1])

    def that_are_there(self, paths: tuple[Path, ...]) -> list[Path]:
        """Those of the files that exist; the others are told."""
        there = [path for path in paths if path.exists()]
        for path in paths:
            if path not in there:
                self.notices.trouble(str(FileMissing(path)))
        return there

    def open_house(self) -> None:
        """Open the picture that the studio comes with."""
        self.intake.open_photo(house_picture(), remember=False)

    def add_styles(self, paths: list[Path], *, mix: bool = False) -> None:
        """Make styles of pictures and paint with the first at once, or (`mix`) mix in all of them."""
        use = self.painting.mix_style if mix else self.painting.use_style
        self.intake.add_styles(paths[:1], then=lambda entry: use(entry.key))
        self.intake.add_styles(paths[1:], then=lambda entry: self.painting.mix_style(entry.key))

    def restore(self, key: str) -> None:
        """Go back to a picture of this sitting; a step of the history like any other."""
        result = self.results.find(key)
        if result is not None:
            self._put(result.recipe, "an earlier result", f"Back to {result.caption}")

    def restore_recipe(self, photo: Photo, recipe: Recipe) -> None:
        """In place of an exported picture, put what it was made of; a step of the history."""
        if self.session.shows(photo):
            self._put(recipe, "the recipe", f"{photo.name} can be changed again: its photos, styles and settings are back")
        else:
            self.notices.say(f"{photo.name} is not on the canvas any more")

    def _put(self, recipe: Recipe, label: str, say: str) -> None:
        def put(document: Document) -> Document:
            same_shape = recipe.native_size == document.recipe.native_size
            return Document(recipe, document.view if same_shape else View())

        self.session.apply(put, label, say)

    def _connect(self) -> None:
        session = self.session
        session.message.connect(self.notices.say)
        session.refused.connect(self.notices.trouble)
        session.recipe_changed.connect(self._show)
        self.previewer.refined.connect(self._keep_result)
        self.previewer.timed.connect(self.exporter.pace.saw_preview)
        self.exporter.exported.connect(lambda *_: self.results.keep_last())
        self.documents.opened.connect(self.results.clear)
        self.documents.opened.connect(lambda: self.explorer.records.take_in(session.document.family))

    def _show(self) -> None:
        self.thumbnails.want(self.session.recipe.layers)
        self.previewer.show(self.session.recipe, dragging=self.session.dragging)

    def _keep_result(self, recipe: Recipe, frame: Frame) -> None:
        """A picture counts as a result once it is painted."""
        if recipe == self.session.recipe and _painted_layer(recipe) is not None and self.results.of(recipe) is None:
            result = self.results.add(recipe, to_image(frame.pixels), self.caption(recipe), self.session.search)
            self.tasks.spawn(asyncio.to_thread(result.picture.compress), "compress a result")

    def caption(self, recipe: Recipe) -> Caption:
        """A recipe in a few words: its styles, and how they are set where that is not the usual way."""
        layer = _painted_layer(recipe)
        return Caption("The photo") if layer is None else Caption(self._titles(layer), " · ".join(_settings(recipe, layer)))

    def export_name(self, recipe: Recipe) -> str:
        """What to call an exported file: the document, and the styles in it."""
        layer = _painted_layer(recipe)
        name = self.session.name if layer is None else f"{self.session.name} – {self._titles(layer)}"
        return plain_name(name)

    def _titles(self, layer: Layer) -> str:
        return " + ".join(self.library.title(use.style) for use in layer.mix)


def _painted_layer(recipe: Recipe) -> Layer | None:
    """The topmost layer that has a style."""
    return next((layer for layer in reversed(recipe.layers) if layer.mix), None)


def _settings(recipe: Recipe, layer: Layer) -> Iterator[str]:
    """What tells this picture from others in the same styles."""
    if len(layer.mix) > 1:
        yield "/".join(f"{100 * use.weight:.0f}" for use in layer.mix)
    if layer.strength != Layer.strength:
        yield f"{layer.strength:.0%}"
    if layer.style_scale != Layer.style_scale:
        yield f"{layer.style_scale:.2f}×"
    if layer.keep_colors:
        yield "own colours"
    if len(recipe.layers) > 1:
        yield f"{len(recipe.layers)} layers"


def house_picture() -> Path:
    """The picture that the studio comes with."""
    return Path(str(files("resources"))) / "pictures" / "house.jpg"
