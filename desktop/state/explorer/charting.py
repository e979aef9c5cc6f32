"""Paths drawn on the map become journeys; and what else of the artist's has a place on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.state.explorer.atlas import Atlas
from desktop.state.explorer.drawn_path import DrawnPath, Spot, path_of
from desktop.state.explorer.travelling import Travelling
from desktop.state.explorer.viewer import Viewer
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.photo_thumbnails import PhotoThumbnails
from desktop.state.session import Session
from desktop.state.tasks import Tasks
from engine.api.exploring import MOST_STOPS, FindLatents
from engine.api.family import ListPictures
from engine.api.latent import Latent, ModelKey
from engine.api.place_kinds import MapPoint
from engine.api.requests import Generate

NOWHERE = "A path leads from one place to another: draw a line on the map."
THINNED = f"The line has more turns than a path has stops: it keeps {MOST_STOPS} of its places."


class Charting(QObject):
    """`changed` follows whether a path is being drawn, `pictured` the thumbnail of a place."""

    changed = Signal()
    pictured = Signal()

    def __init__(
        self,
        viewer: Viewer,
        atlas: Atlas,
        travelling: Travelling,
        session: Session,
        link: Link,
        tasks: Tasks,
        notices: Notices,
        thumbnails: PhotoThumbnails,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._atlas = atlas
        self._travelling = travelling
        self._session = session
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._model: ModelKey | None = None
        self._photos: tuple[Latent, ...] = ()
        self._drawn: dict[str, MapPoint] = {}
        self._thumbnails = thumbnails
        thumbnails.made.connect(self.pictured)
        self.is_drawing = False
        travelling.changed.connect(self._mark_route)
        session.recipe_changed.connect(self._mark_own)

    def open(self, model: ModelKey | None) -> None:
        """The map of another model."""
        self._model, self._photos = model, ()
        self.set_drawing(False)
        self._mark_own()
        if model is not None:
            self._tasks.spawn_latest(self._find_photos(model), "photos on the map")

    def set_drawing(self, on: bool) -> None:
        """Whether the hand draws on the map instead of moving it."""
        self.is_drawing = on
        self.changed.emit()

    def draw(self, line: Sequence[Spot]) -> None:
        """Let the journey follow a line, in pixels of the view. One that leads nowhere is told, and changes nothing."""
        path = path_of(line)
        if path is None:
            self._notices.say(NOWHERE)
        elif self._model is not None:
            self.set_drawing(False)
            self._tasks.spawn_latest(self._follow(path, self._points(path, self._model)), "draw a path")

    def thumbnail(self, latent: Latent) -> QImage:
        """Null as long as there is none: then it is made."""
        self._thumbnails.want_source(latent)
        return self._thumbnails.image(latent.key)

    def add_here(self) -> None:
        """Make the live picture the next stop."""
        self._viewer.when_there(self._travelling.append)

    def origins(self, latents: Iterable[Latent]) -> list[tuple[Latent, MapPoint]]:
        """Those of the pictures that a line led through and that nobody has asked about yet, with the points that they came of."""
        return [(latent, self._drawn.pop(latent.key)) for latent in latents if latent.key in self._drawn]

    def arrived(self, latent: Latent) -> None:
        """A photo that has just been found is a place from now on."""
        if latent.tuning is not None and latent.model == self._model and isinstance(self._viewer.place, Latent):
            self._add_photos((latent,))

    def _points(self, path: DrawnPath, model: ModelKey) -> tuple[MapPoint, ...]:
        places = (self._atlas.view.point(*spot) for spot in path.spots)
        layout, bends = self._atlas.layout, self._atlas.bends
        return tuple(
            MapPoint(model, layout, x, y, Generate.truncation, name=f"{model.id}, place {number} of a path", bends=bends)
            for number, (x, y) in enumerate(places, 1)
        )

    async def _follow(self, path: DrawnPath, points: tuple[MapPoint, ...]) -> None:
        latents = await self._link.run(FindLatents(points))
        self._atlas.know(latents, points)
        self._drawn = {latent.key: point for latent, point in zip(latents, points, strict=True)}
        self._travelling.follow(latents, loop=path.is_loop)
        self._notices.say(THINNED if path.is_thinned else f"The journey follows your line, through {len(latents)} places")

    async def _find_photos(self, model: ModelKey) -> None:
        """A photo that was found stands for itself, and has a change of the generator of its own."""
        kept = await self._link.run(ListPictures(model.id))
        if model == self._model:
            self._add_photos(
                member.latent
                for member in kept
                if member.latent.tuning is not None and member.latent.model == model and isinstance(member.place, Latent)
            )

    def _add_photos(self, photos: Iterable[Latent]) -> None:
        self._photos = tuple({photo.key: photo for photo in (*self._photos, *photos)}.values())
        self._mark_own()

    def _mark_route(self) -> None:
        self._atlas.mark("route", self._travelling.latents)

    def _mark_own(self) -> None:
        sources = (layer.source for layer in self._session.recipe.layers)
        self._atlas.mark("canvas", tuple(source for source in sources if isinstance(source, Latent) and source.model == self._model))
        self._atlas.mark("photos", self._photos)
