"""The scratch files of one render, in a hidden folder beside the file that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.api.atomic import PART, make_folder
from engine.api.errors import DiskFull, NothingToResume
from engine.api.output import Output, unfinished_folder
from engine.context import Context
from engine.device import is_out_of_memory
from engine.imaging.strips import Layout, OtherStrips, Strips, finished_bytes


def resumed_words(output: Output, fraction: float) -> str:
    """What is said of going on where that was asked for; empty where it was not. `fraction`: what is done already."""
    if not output.resume:
        return ""
    if not fraction:
        return f"Nothing of {output.path} was left unfinished: it is begun anew."
    return f"Goes on from {max(0.01, fraction):.0%}."


class Unfinished:
    """Opens scratch files, and at the end takes them away or leaves them for another attempt."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.folder = unfinished_folder(target)
        self._open: list[Strips] = []

    def open(self, name: str, layout: Layout, *, resume: bool, insist: bool = False) -> Strips:
        """A scratch file; with `resume` what is finished of it stays. Raises NotWritable, DiskFull, and with `insist` NothingToResume
        where strips of another picture are there."""
        make_folder(self.folder)
        if not self._open:
            self._remove(f"*{PART}")  # half a file, of a process that was killed while it wrote
        path = self.folder / f"{name}.raw"
        try:
            strips = (Strips.resume if resume else Strips.begin)(path, layout, str(self.target))
        except OtherStrips:
            if insist:
                detail = "what was left unfinished is another recipe, size or kind of file, or was begun by another version"
                raise NothingToResume(self.target, detail) from None
            strips = Strips.begin(path, layout, str(self.target))
        self._open.append(strips)
        return strips

    def share(self, key: str, total: int) -> float:
        """How much of `total` bytes of scratch files of this key is finished, 0 to 1: to be asked before they are opened."""
        kept = sum(finished_bytes(path, key) for path in self.folder.glob("*.raw"))
        return min(1.0, kept / total) if total else 0.0

    @contextmanager
    def kept_for_another_try(self, output: Output, context: Context) -> Iterator[None]:
        """Around the work: when it fails or is stopped, what is finished is left where the output says so, or where memory ran out and the
        scheduler will run the job once more with smaller tiles; when it ends well, all is taken away."""
        try:
            yield
        except BaseException as error:
            again = is_out_of_memory(error) and context.tile_scale == 1
            kept = self.leave(keep=again or output.keep_unfinished)
            if kept and isinstance(error, DiskFull) and not error.detail:
                raise DiskFull(error.subject, " (what is finished is kept, and --resume goes on with it)") from error
            raise
        self.leave(keep=False)

    def leave(self, *, keep: bool) -> bool:
        """Close all files. They are kept only if they are asked for and something is finished; returns whether they were."""
        keep = keep and any(strips.done for strips in self._open)
        for strips in self._open:
            strips.close() if keep else strips.remove()
        if not keep:
            self._remove_all()
        return keep

    def _remove_all(self) -> None:
        """Also what an attempt before this one has left there."""
        if self._open:
            self._remove("*.raw", "*.journal", f"*{PART}")
        with suppress(OSError):
            self.folder.rmdir()

    def _remove(self, *patterns: str) -> None:
        for path in (path for pattern in patterns for path in self.folder.glob(pattern)):
            with suppress(OSError):
                path.unlink()
