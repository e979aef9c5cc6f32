"""The map of a generator's space: where the view stands, the thumbnails that have come, and the pins on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.explorer.map_view import FIRST_SCALE, MapView, TileKey, within
from desktop.state.explorer.viewer import Viewer
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Progress, Tiles
from engine.api.exploring import FindOnMap, ShowTiles
from engine.api.latent import Bend, Latent, ModelKey
from engine.api.place_kinds import Layout, MapPoint
from engine.api.requests import Generate

MOST_KEPT = 3000
MOST_TRAIL = 64
"""Places whose looks say how new others are."""
PAUSE_MS = 40
"""The view stands still for so long before its thumbnails are asked for."""

Marks = Literal["bookmarks", "photos", "canvas", "route"]
"""What has places on the map: bookmarks, photos that were found, pictures on the canvas, and the stops of the journey."""


@dataclass(frozen=True, eq=False)
class Thumbnail:
    image: QImage
    novelty: float


class Atlas(QObject):
    """`changed` follows the view, its thumbnails and its pins. Nothing is asked for while the map is not `watched`."""

    changed = Signal()

    def __init__(self, viewer: Viewer, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._link = link
        self._tasks = tasks
        self._model: ModelKey | None = None
        self._tiles: OrderedDict[TileKey, Thumbnail] = OrderedDict()
        self._asked: set[TileKey] = set()
        self._trail: list[MapPoint | Latent] = []
        self._pins: dict[tuple[str, Layout], MapPoint] = {}
        self._marks: dict[Marks, tuple[Latent, ...]] = {}
        self._is_watched = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.view = MapView()
        self.layout: Layout = "spread"
        """At first the one that is there at once; that of looks takes some seconds to make."""
        self.shades = False
        self.bends: tuple[Bend, ...] = ()
        """Of the picture that is travelled to; the thumbnails are without them."""
        self.stage: Progress | None = None
        """How far the map itself is, where it has to be made first."""
        self._awaited: ShowTiles | None = None

    # What is seen

    def open(self, model: ModelKey | None) -> None:
        """The map of another model."""
        self._model = model
        self._trail.clear()
        self._pins.clear()
        self.view = replace(self.view, x=0.0, y=0.0, scale=FIRST_SCALE)
        self._forget()

    def watch(self, on: bool) -> None:
        """Whether the map is in front."""
        self._is_watched = on
        if on:
            self._locate()
            self._renew()
        else:
            self._pause.stop()
            self._tasks.cancel("tiles")
            self._asked.clear()

    def thumbnails(self) -> Iterator[tuple[TileKey, Thumbnail]]:
        """Those that are seen: coarser ones first, which finer ones cover."""
        seen = self.view.tiles()
        under = {key for tile in seen if tile not in self._tiles for key in self._instead(tile)}
        for key in sorted(under) + [tile for tile in seen if tile in self._tiles]:
            yield key, self._tiles[key]

    @property
    def is_bare(self) -> bool:
        """Whether nothing can be shown yet, and thumbnails are on their way."""
        return self._awaited is not None and next(self.thumbnails(), None) is None

    def places(self, kind: Marks) -> list[tuple[Latent, MapPoint]]:
        """The pictures of a kind whose places are known, and where they are."""
        marked = self._marks.get(kind, ())
        return [(one, self._pins[(one.key, self.layout)]) for one in marked if (one.key, self.layout) in self._pins]

    # The hand

    def set_size(self, width: int, height: int) -> None:
        self.view = replace(self.view, width=max(1, width), height=max(1, height))
        self._renew()

    def travel(self, across: float, down: float) -> None:
        """Move the view by so many pixels, and with it the live picture. A hand that slides ends it with `rest`."""
        self.view = self.view.moved(across, down)
        self._renew()
        self._look(sliding=True)

    def go(self, left: float, top: float) -> None:
        """To the picture at a place of the view."""
        x, y = self.view.point(left, top)
        self.view = replace(self.view, x=x, y=y)
        self._renew()
        self._look()

    def zoom(self, ratio: float) -> None:
        self.view = self.view.zoomed(ratio)
        self._renew()

    def rest(self) -> None:
        self._viewer.rest()

    def set_layout(self, layout: Layout) -> None:
        if layout != self.layout:
            self.layout = layout
            self._forget()
            self._locate()

    def set_shades(self, on: bool) -> None:
        """Whether what looks like places that were visited is darker."""
        self.shades = on
        self._asked.clear()
        self._renew()

    def find(self, latent: Latent) -> None:
        """Move the view to where a picture is."""
        self._tasks.spawn_latest(self._go_to(latent), "find on the map")

    def mark(self, kind: Marks, latents: tuple[Latent, ...]) -> None:
        """Show where these pictures are, in place of the former ones of their kind."""
        if self._marks.get(kind, ()) != latents:
            self._marks[kind] = latents
            self.changed.emit()
            self._locate()

    def know(self, latents: Sequence[Latent], points: Sequence[MapPoint]) -> None:
        """These pictures came of these points: they need not be looked for."""
        self._pins |= {(latent.key, point.layout): point for latent, point in zip(latents, points, strict=True)}

    def _locate(self) -> None:
        wanted = {one.key: one for latents in self._marks.values() for one in latents}
        missing = [one for key, one in wanted.items() if (key, self.layout) not in self._pins]
        if self._is_watched and missing:
            self._tasks.spawn_latest(self._pin(missing, self.layout), "pins")

    def visited(self) -> None:
        """The hand rests on a picture: what looks like it is not new any more."""
        place, latent = self._viewer.place, self._viewer.latent
        seen = place if isinstance(place, MapPoint) else latent
        if seen is not None and seen not in self._trail:
            self._trail = [*self._trail, seen][-MOST_TRAIL:]
            if self.shades:
                self._asked.clear()
                self._renew()

    def _look(self, *, sliding: bool = False) -> None:
        if self._model is not None:
            name = f"{self._model.id}, a place on the map"
            point = MapPoint(self._model, self.layout, self.view.x, self.view.y, Generate.truncation, name=name, bends=self.bends)
            self._viewer.go(point, sliding=sliding)

    # Thumbnails

    def _forget(self) -> None:
        self._tiles.clear()
        self._asked.clear()
        self._renew()

    def _renew(self) -> None:
        """Show what there is, and ask for what is missing once the view stands still."""
        self.changed.emit()
        if self._is_watched:
            self._pause.start()

    def _ask(self) -> None:
        wanted = tuple(tile for tile in self.view.tiles() if tile not in self._asked)
        if self._model is not None and self._is_watched and wanted:
            visited = tuple(self._trail) if self.shades else ()
            places = tuple((column, row) for _, column, row in wanted)
            request = ShowTiles(self._model.id, self.layout, wanted[0][0], places, truncation=Generate.truncation, visited=visited)
            self._awaited = request
            self.changed.emit()
            self._tasks.spawn_latest(self._shown(request, self._model), "tiles")

    async def _shown(self, request: ShowTiles, model: ModelKey) -> None:
        try:
            await self._take(request, model)
        finally:
            if self._awaited is request:  # and not a later one, which has begun before this one ended
                self._awaited = None
                self.changed.emit()

    async def _take(self, request: ShowTiles, model: ModelKey) -> None:
        async with aclosing(self._link.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Tiles(tiles) if model == self._model and request.layout == self.layout:
                        for tile in tiles:
                            key = (tile.zoom, tile.column, tile.row)
                            self._tiles[key] = Thumbnail(to_image(tile.pixels), tile.novelty)
                            self._tiles.move_to_end(key)
                            self._asked.add(key)
                        self._drop_oldest()
                        self._set_stage(None)
                    case Progress():
                        self._set_stage(body)
                    case Failed(failure):
                        self._set_stage(None)
                        raise RequestFailed(failure)
                    case _:
                        pass

    def _set_stage(self, stage: Progress | None) -> None:
        self.stage = stage
        self.changed.emit()

    def _drop_oldest(self) -> None:
        while len(self._tiles) > MOST_KEPT:
            self._asked.discard(self._tiles.popitem(last=False)[0])

    def _instead(self, tile: TileKey) -> Iterator[TileKey]:
        """What can be shown in the place of a tile that has not come: the nearest coarser one, or the four finer ones."""
        zoom, column, row = tile
        for up in range(1, zoom + 1):
            coarser = (zoom - up, column >> up, row >> up)
            if coarser in self._tiles:
                yield coarser
                break
        for finer in ((zoom + 1, 2 * column + across, 2 * row + down) for across in (0, 1) for down in (0, 1)):
            if finer in self._tiles:
                yield finer

    # Pins

    async def _pin(self, latents: list[Latent], layout: Layout) -> None:
        for latent in latents:
            if latent.model == self._model:
                self._pins[(latent.key, layout)] = await self._link.run(FindOnMap(latent, layout))
                self.changed.emit()

    async def _go_to(self, latent: Latent) -> None:
        point = await self._link.run(FindOnMap(latent, self.layout))
        self.view = replace(self.view, x=within(point.x), y=within(point.y))
        self._renew()
