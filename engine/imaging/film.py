"""Films: frames in, an MP4, a GIF or a folder of PNG pictures out, which appears whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.api import atomic
from engine.api.atomic import make_folder, try_target
from engine.api.errors import BadRequest, CodecMissing, NotWritable, WouldOverwrite
from engine.imaging.files import save
from engine.imaging.picture import Picture

if TYPE_CHECKING:
    import av

Frame = npt.NDArray[np.uint8]

ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf", "mpeg4")
"""For MP4, the best first; which ones there are depends on how PyAV was built."""

QUALITY = "16"
"""x264's constant rate factor: without visible loss."""

MOST_GIF_FRAMES = 2000
"""They are held in memory until the end."""


class Film(ABC):
    """Takes frames (H, W, 3) uint8, all of one size. Belongs to the I/O thread."""

    @abstractmethod
    def add(self, frame: Frame) -> None: ...

    @abstractmethod
    def finish(self) -> None: ...

    def drop(self) -> None:  # noqa: B027 - most hold nothing
        """Let go of what is open, without an end."""


def kind_of(path: Path) -> str:
    """ ".mp4", ".gif", or "" for a folder of frames. BadRequest for another suffix."""
    suffix = path.suffix.lower()
    if suffix in (".mp4", ".gif"):
        return suffix
    if suffix[1:].isalpha() and not path.is_dir():
        raise BadRequest(f"The film {path}", "end its name with .mp4 or .gif, or name a folder for PNG frames")
    return ""


def check_film(path: Path, count: int, *, overwrite: bool) -> None:
    """What would go wrong at the end, before any work is spent: raises what `film` raises."""
    kind = kind_of(path)
    if kind == ".gif" and count > MOST_GIF_FRAMES:
        raise BadRequest(f"A GIF of {count} frames", f"it holds {MOST_GIF_FRAMES} at the most; choose .mp4")
    if kind:
        try_target(path, overwrite=overwrite)
        if kind == ".mp4":
            _encoder(path)
    elif path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WouldOverwrite(path)


@contextmanager
def film(path: Path, side: int, fps: float, *, overwrite: bool) -> Iterator[Film]:
    """A film of frames of `side` pixels that becomes `path` when the block ends well, after `finish`; else nothing is left of it.

    Raises BadRequest, CodecMissing, WouldOverwrite, FolderMissing, NotWritable, DiskFull.
    """
    kind = kind_of(path)
    if not kind:
        with _folder(path) as folder:
            yield _Frames(folder)
        return
    with atomic.atomic_file(path, overwrite=overwrite) as stream:
        made: Film = _Gif(stream, fps) if kind == ".gif" else _Mp4(stream, path, side, fps)
        try:
            yield made
        finally:
            made.drop()


class _Mp4(Film):
    def __init__(self, stream: IO[bytes], path: Path, side: int, fps: float) -> None:
        import av  # late: 30 ms, and only films need it

        self._container: Any = av.open(stream, "w", format="mp4")
        self._even = side + side % 2  # 4:2:0 has one colour for two by two pixels
        name = _encoder(path)
        self._video = cast("av.VideoStream", self._container.add_stream(name, rate=Fraction(fps).limit_denominator(1000)))
        self._video.width = self._video.height = self._even
        self._video.pix_fmt = "yuv420p"
        if name == "libx264":
            self._video.options = {"crf": QUALITY, "preset": "veryfast"}
        else:
            self._video.bit_rate = 4 * self._even**2 * 8
        self._open = True

    def add(self, frame: Frame) -> None:
        import av

        if frame.shape[0] != self._even:
            frame = np.pad(frame, ((0, 1), (0, 1), (0, 0)), mode="edge")
        for packet in self._video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")):
            self._container.mux(packet)

    def finish(self) -> None:
        for packet in self._video.encode(None):
            self._container.mux(packet)
        self._open = False
        self._container.close()

    def drop(self) -> None:
        if self._open:  # after an error even closing may fail: the file goes anyway
            self._open = False
            try:
                self._container.close()
            except OSError:
                return


class _Gif(Film):
    def __init__(self, stream: IO[bytes], fps: float) -> None:
        self._stream, self._frames = stream, list[Image.Image]()
        self._milliseconds = max(20, round(100 / fps) * 10)  # the format counts in hundredths, and viewers slow down below two

    def add(self, frame: Frame) -> None:
        self._frames.append(Image.fromarray(frame).quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))

    def finish(self) -> None:
        first, *others = self._frames
        first.save(self._stream, "GIF", save_all=True, append_images=others, duration=self._milliseconds, loop=0, disposal=1)


class _Frames(Film):
    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def add(self, frame: Frame) -> None:
        self._count += 1
        save(Picture(frame), self._folder / f"frame-{self._count:05d}.png")

    def finish(self) -> None:
        """Every frame is there already."""


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """A hidden folder that becomes `path`, which must not be there or be empty."""
    part = path.absolute().with_name(f".sfumato-{secrets.token_hex(6)}.part")
    make_folder(part)
    try:
        yield part
        if path.is_dir():
            path.rmdir()
        part.rename(path)
    except OSError as error:
        raise NotWritable(path, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _encoder(path: Path) -> str:
    try:
        import av
    except ImportError as error:
        raise CodecMissing(path, "PyAV is not installed") from error
    for name in ENCODERS:
        if _knows(av, name):
            return name
    raise CodecMissing(path, f"none of {', '.join(ENCODERS)}")


def _knows(av: Any, name: str) -> bool:
    try:
        av.codec.Codec(name, "w")
    except (av.error.FFmpegError, ValueError):
        return False
    return True
