"""Pictures on their way in: photos to paint, photos to lay over, paintings to make styles of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from desktop.client import RequestFailed
from desktop.document import edits
from desktop.state.frames import encoded, to_image
from desktop.state.library import Library, StyleEntry
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.session import Session
from desktop.state.settings import SettingsStore
from desktop.state.tasks import OPENING, Tasks
from engine.api.events import Failed, Frame
from engine.api.recipe import Photo, PictureStyle, Recipe
from engine.api.requests import FindRecipe, ImportPicture, StyleSample

PROXY_EDGE = 2048
PROXY_MEGABYTES = 1024
"""How much memory a proxy's decoding may take."""


class Intake(QObject):
    """Takes pictures in through the engine, which alone decides what is an image.

    While an empty canvas waits for that, `proxy_ready` carries a quick look at the photo; `withdrawn` says that nothing came of it.
    """

    recipe_found = Signal(Photo, Recipe)
    """The photo on the canvas is a picture that Sfumato exported, with this recipe."""
    proxy_ready = Signal(QImage)
    withdrawn = Signal()

    def __init__(
        self,
        link: Link,
        tasks: Tasks,
        notices: Notices,
        session: Session,
        library: Library,
        settings: SettingsStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._session = session
        self._library = library
        self._settings = settings
        QImageReader.setAllocationLimit(PROXY_MEGABYTES)

    def open_photo(self, path: Path, *, remember: bool = True) -> None:
        """Paint the photo in this file, and `remember` it among the recent ones; of several opened in quick succession, the last."""
        self._tasks.spawn_latest(self._take_photo(ImportPicture(path=path), path if remember else None), OPENING)

    def open_image(self, image: QImage, name: str) -> None:
        """Paint a picture from the clipboard or another program."""
        self._tasks.spawn_latest(self._take_image(image, name), OPENING)

    def add_layer(self, path: Path) -> None:
        """Lay the photo in this file over the picture."""
        self._tasks.spawn(self._add_layer(path), f"layer {path.name}")

    def add_styles(self, paths: Sequence[Path], then: Callable[[StyleEntry], None] | None = None) -> None:
        """Make styles of these pictures; `then` is called with each one once it can be used."""
        for path in paths:
            self._tasks.spawn(self._add_style(path, then), f"style {path.name}")

    def finish_samples(self) -> None:
        """Make the samples of own styles that an earlier sitting did not come to."""
        for entry in self._library.without_thumbnail():
            self._tasks.spawn(self._sample(entry), f"sample {entry.title}")

    async def _take_image(self, image: QImage, name: str) -> None:
        data = await asyncio.to_thread(encoded, image, "png")
        await self._take_photo(ImportPicture(data=data, name=name), None)

    async def _take_photo(self, request: ImportPicture, recent: Path | None) -> None:
        empty = not self._session.recipe.layers
        path = request.path
        proxy = self._tasks.spawn(self._show_proxy(path), "proxy") if empty and path is not None else None
        try:
            photo: Photo = await self._link.run(request)
        except (RequestFailed, asyncio.CancelledError) as error:
            if empty:
                self.withdrawn.emit()
            if recent is not None and isinstance(error, RequestFailed):
                self._settings.forget_recent(recent)
            raise
        finally:
            if proxy is not None:
                proxy.cancel()
        self._session.place_photo(photo)
        if recent is not None:
            self._settings.remember_recent(recent)
        self._tasks.spawn(self._find_recipe(photo), f"recipe {photo.name}")

    async def _find_recipe(self, photo: Photo) -> None:
        recipe = await self._link.run(FindRecipe(photo))
        if recipe is not None and self._session.shows(photo):
            self.recipe_found.emit(photo, recipe)

    async def _show_proxy(self, path: Path) -> None:
        image = await asyncio.to_thread(read_proxy, path)
        if image is not None:
            self.proxy_ready.emit(image)

    async def _add_layer(self, path: Path) -> None:
        photo: Photo = await self._link.run(ImportPicture(path=path))
        self._session.apply(lambda document: edits.add_layer(document, photo), f"layer {photo.name}", f"Added {photo.name} as a layer")

    async def _add_style(self, path: Path, then: Callable[[StyleEntry], None] | None) -> None:
        photo: Photo = await self._link.run(ImportPicture(path=path))
        entry = self._library.add_own(PictureStyle(photo.blob, photo.name))
        self._notices.say(f"{entry.title} is a style now")
        if then is not None:
            then(entry)
        await self._sample(entry)

    async def _sample(self, entry: StyleEntry) -> None:
        assert isinstance(entry.style, PictureStyle)
        async with aclosing(self._link.stream(StyleSample(entry.style.blob, entry.title))) as bodies:
            async for body in bodies:
                match body:
                    case Frame(pixels):
                        self._library.set_own_thumbnail(entry.key, to_image(pixels))
                    case Failed(failure):
                        raise RequestFailed(failure)
                    case _:
                        pass


def read_proxy(path: Path) -> QImage | None:
    """A quick, small, upright look at a photo; None where Qt cannot read it (the engine still may)."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.isEmpty():
        return None
    if max(size.width(), size.height()) > PROXY_EDGE:
        reader.setScaledSize(size.scaled(QSize(PROXY_EDGE, PROXY_EDGE), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image
