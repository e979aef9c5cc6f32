"""What the canvas shows: the recipe, quick while a slider moves and fine when it is let go."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Finished, Frame
from engine.api.recipe import Recipe
from engine.api.requests import DRAG_EDGE, Preview

FINE_EDGES = (1024, 1536, 2048)
"""Long edges of a refined preview; the canvas gets the smallest that fills its device pixels."""


class Previewer(QObject):
    """Asks for previews; the engine lets the latest win.

    `framed` carries each `Frame` of the recipe that was last shown, `original_framed` that of its photos without any style,
    `refined` the recipe and the last frame of a preview that was finished; `timed` the recipe, the pixels of its last frame and
    the seconds between that and the frame before.
    """

    framed = Signal(object)
    original_framed = Signal(object)
    refined = Signal(object, object)
    busy_changed = Signal(bool)
    timed = Signal(object, int, float)

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock = clock
        self._link = link
        self._tasks = tasks
        self._recipe = Recipe()
        self._running = 0
        self._wanted = FINE_EDGES[0]
        self._fine: tuple[Recipe, int] | None = None
        self._original: tuple[Recipe, int] | None = None

    @property
    def edge(self) -> int:
        """The long edge of a refined preview: no larger than the picture itself."""
        return min(self._wanted, max(self._recipe.native_size, default=0) or self._wanted)

    def show(self, recipe: Recipe, *, dragging: bool = False) -> None:
        """Show this recipe from now on."""
        self._recipe = recipe
        if recipe.layers:
            edges = (DRAG_EDGE,) if dragging else (DRAG_EDGE, self.edge)
            self._tasks.spawn(self._preview(recipe, edges, refine=not dragging), "preview")

    def need(self, device_pixels: float) -> None:
        """The canvas shows the picture's long edge on so many device pixels: refine when the preview is too coarse for it."""
        self._wanted = next((edge for edge in FINE_EDGES if edge >= device_pixels), FINE_EDGES[-1])
        if self._is_coarse and not self._running:
            self._refine()

    @property
    def _is_coarse(self) -> bool:
        return self._fine is not None and self._fine[0] == self._recipe and self._fine[1] < self.edge

    def _refine(self) -> None:
        self._tasks.spawn(self._preview(self._recipe, (self.edge,), refine=True), "preview")

    async def _preview(self, recipe: Recipe, edges: tuple[int, ...], *, refine: bool) -> None:
        self._count(+1)
        try:
            frame = await self._frames(recipe, edges)
        finally:
            self._count(-1)
        if frame is None or not refine or recipe != self._recipe:
            return
        self._fine = (recipe, edges[-1])
        self.refined.emit(recipe, frame)
        if self._is_coarse:  # the artist has zoomed in meanwhile
            self._refine()
        else:
            await self._fetch_original(recipe, edges[-1], frame)

    async def _frames(self, recipe: Recipe, edges: tuple[int, ...]) -> Frame | None:
        """Show the frames of a preview; the last one where it was finished, None where another took its place."""
        last: Frame | None = None
        shown_at: list[float] = []
        async with aclosing(self._link.stream(Preview(recipe, edges))) as bodies:
            async for body in bodies:
                match body:
                    case Frame() if recipe.native_size == self._recipe.native_size:
                        last = body
                        shown_at.append(self._clock())
                        self.framed.emit(body)
                    case Finished():
                        if last is not None and len(shown_at) > 1:
                            height, width, _ = last.pixels.shape
                            self.timed.emit(recipe, width * height, shown_at[-1] - shown_at[-2])
                        return last
                    case Failed(failure) if recipe == self._recipe:
                        raise RequestFailed(failure)
                    case _:
                        pass
        return None

    async def _fetch_original(self, recipe: Recipe, edge: int, frame: Frame) -> None:
        """Have the photos ready for comparing, at the same size. They share the previews' slot: a new change goes first, and
        the refined preview that follows it comes back here."""
        bare = without_styles(recipe)
        if self._original is not None and self._original[0] == bare and self._original[1] >= edge:
            return
        if bare == recipe:
            self._keep_original(bare, edge, frame)
            return
        async with aclosing(self._link.stream(Preview(bare, (edge,)))) as bodies:
            async for body in bodies:
                if isinstance(body, Frame) and bare == without_styles(self._recipe):
                    self._keep_original(bare, edge, body)

    def _keep_original(self, bare: Recipe, edge: int, frame: Frame) -> None:
        self._original = (bare, edge)
        self.original_framed.emit(frame)

    def _count(self, step: int) -> None:
        self._running += step
        if self._running == (1 if step > 0 else 0):
            self.busy_changed.emit(step > 0)


def without_styles(recipe: Recipe) -> Recipe:
    """The same photos as they are."""
    return Recipe(tuple(replace(layer, styles=(), strength=1.0, style_scale=1.0, keep_colors=False) for layer in recipe.layers))
