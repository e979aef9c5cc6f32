"""Many pictures in many styles: a queue that is worked off one after another, while the artist goes on painting."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.state.jobs import Jobs
from desktop.state.library import StyleEntry
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from desktop.state.writing import written
from engine.api.events import Progress
from engine.api.naming import free_path, result_name
from engine.api.output import Output
from engine.api.recipe import Layer, Photo, Recipe, StyleUse
from engine.api.requests import Export, Exported, ImportPicture

State: TypeAlias = Literal["waiting", "working", "done", "failed", "stopped"]


@dataclass(frozen=True)
class Item:
    """One photo in one style. `sentence` says why it failed; `path` is where the picture is, once it is done."""

    id: int
    photo: Path
    style: StyleEntry
    look: Layer
    """Strength, stroke size and colours; its source stands for the photo that is not read yet."""
    output: Output
    """How it is written; `path` is the folder."""
    state: State = "waiting"
    fraction: float | None = None
    sentence: str = ""
    path: Path | None = None

    @property
    def title(self) -> str:
        return f"{self.photo.name} – {self.style.title}"


class Batch(QObject):
    """`changed` follows each change of the queue. What is at work is always the first item that is neither done nor given up.

    One that fails stops no other. Pausing lets the picture at work be finished; a queue in which nothing is left is paused no more.
    """

    changed = Signal()

    def __init__(self, link: Link, tasks: Tasks, notices: Notices, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._jobs = jobs
        self._ids = itertools.count(1)
        self._items: list[Item] = []
        self._photos: dict[Path, Photo] = {}
        self._work: asyncio.Task[None] | None = None
        self.paused = False

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self._items)

    @property
    def left(self) -> int:
        """How many are waiting or at work."""
        return sum(item.state in ("waiting", "working") for item in self._items)

    def add(self, photos: Sequence[Path], styles: Sequence[StyleEntry], look: Layer, output: Output, suffix: str) -> None:
        """Queue every photo in every style, photo by photo; the results go to the folder `output.path`, in files of this suffix."""
        output = replace(output, path=output.path / f"picture{suffix}")
        self._items += [Item(next(self._ids), photo, style, look, output) for photo in photos for style in styles]
        self._go_on()

    def close(self) -> None:
        """Begin nothing more."""
        self.paused = True

    def pause(self, on: bool) -> None:
        self.paused = on
        self._go_on()

    def move(self, id: int, places: int) -> None:
        """Put a waiting item earlier (below 0) or later among those that wait."""
        waiting = [place for place, item in enumerate(self._items) if item.state == "waiting"]
        here = next((number for number, place in enumerate(waiting) if self._items[place].id == id), None)
        if here is None or not 0 <= here + places < len(waiting):
            return
        item = self._items.pop(waiting[here])
        self._items.insert(waiting[here + places], item)
        self.changed.emit()

    def cancel(self, ids: Iterable[int]) -> None:
        """Take items out of the queue; the one at work is stopped, and stays to say so."""
        gone = set(ids)
        if self._work is not None and any(item.id in gone and item.state == "working" for item in self._items):
            self._work.cancel()
        self._items = [item for item in self._items if item.id not in gone or item.state == "working"]
        self._end_pause()
        self.changed.emit()

    def retry(self, ids: Iterable[int]) -> None:
        """Have another try at what failed or was stopped, after all others."""
        again = [item for item in self._items if item.id in set(ids) and item.state in ("failed", "stopped")]
        self._items = [item for item in self._items if item not in again]
        self._items += [replace(item, state="waiting", fraction=None, sentence="") for item in again]
        self._go_on()

    def clear(self) -> None:
        """Take away what is done, failed or stopped."""
        self._items = [item for item in self._items if item.state in ("waiting", "working")]
        self.changed.emit()

    # The work.

    def _go_on(self) -> None:
        self.changed.emit()
        if self._work is None and not self.paused:
            following = next((item for item in self._items if item.state == "waiting"), None)
            if following is not None:
                self._work = self._tasks.spawn(self._make(following), f"batch {following.title}")
                self._work.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._work = None
        if self.left:
            self._go_on()
        elif self._items:
            self._photos.clear()
            self._end_pause()
            self.changed.emit()
            self._tell()

    def _end_pause(self) -> None:
        if not self.left:
            self.paused = False

    async def _make(self, item: Item) -> None:
        self._set(item.id, state="working")
        try:
            done = await self._made(item)
        except RequestFailed as failed:
            self._set(item.id, state="failed", sentence=str(failed).replace(str(item.photo), item.photo.name))
        except asyncio.CancelledError:
            self._set(item.id, state="stopped", sentence="Stopped; nothing was written.")
            raise
        except Exception as error:  # a bug of ours must not stop the others; `report` logs it
            self._set(item.id, state="failed", sentence="Something went wrong inside Sfumato.")
            self._notices.report(error)
        else:
            self._set(item.id, state="done", fraction=1.0, path=done.path)

    async def _made(self, item: Item) -> Exported:
        photo = self._photos.get(item.photo)
        if photo is None:
            photo = self._photos[item.photo] = await self._link.run(ImportPicture(path=item.photo))
        recipe = Recipe((replace(item.look, source=photo, styles=(StyleUse(item.style.style),)),))
        folder, suffix = item.output.path.parent, item.output.path.suffix
        target = free_path(folder, result_name(item.photo.name, item.style.title), suffix)

        def progress(step: Progress) -> None:
            self._set(item.id, fraction=step.fraction)

        done = await written(Export(recipe, replace(item.output, path=target)), f"Making {target.name}", self._link, self._jobs, progress)
        if done is None:
            raise asyncio.CancelledError
        return done

    def _set(self, id: int, **fields: object) -> None:
        self._items = [replace(item, **fields) if item.id == id else item for item in self._items]  # type: ignore[arg-type]
        self.changed.emit()

    def _tell(self) -> None:
        """All is worked off."""
        failed = sum(item.state == "failed" for item in self._items)
        done = sum(item.state == "done" for item in self._items)
        words = f"{done} of {len(self._items)} pictures are made"
        if failed:
            self._notices.trouble(f"{words}; {failed} could not be made: the queue says of each why.")
        else:
            self._notices.say(words, next((item.path for item in reversed(self._items) if item.path is not None), None))
