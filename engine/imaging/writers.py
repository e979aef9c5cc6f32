"""From finished strips to a picture file, without the whole picture in memory: libvips reads the raw samples and encodes as it goes.

The same samples and options give the same bytes: nothing in a file depends on the clock or on the number of threads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from engine.api.atomic import atomic_file
from engine.api.errors import BadRequest, FormatLimit
from engine.api.output import BleedEdges, Chroma, Compression, Output
from engine.imaging.annotation import PNG_KEYWORD, to_xmp
from engine.imaging.encoding import JPEG_MAX_XMP, resolution_exif
from engine.imaging.mapped import watched
from engine.imaging.profiles import ColourSpace
from engine.imaging.strips import Layout

DEEP_SUFFIXES = (".png", ".tif", ".tiff")
ALPHA_SUFFIXES = (".png", ".tif", ".tiff", ".webp")
CMYK_SUFFIXES = (".tif", ".tiff", ".jpg", ".jpeg")

BIG_TIFF = 3_900_000_000
"""From so many bytes of samples on a TIFF is a BigTIFF: offsets of 32 bits reach 4 GB."""

WEBP_BYTES_A_PIXEL = 10
"""What libwebp holds of a picture: it has no way to encode a part."""

SCREEN_DPI = 72.0
"""What a file says where no resolution is asked for."""

_TILE = 256
_DEFLATE_LEVEL = 4  # level 6 takes nearly twice as long for files 1 % smaller
_MM = 25.4


@dataclass(frozen=True)
class FileOptions:
    """How the samples become a file. `bleed`: pixels that are added beyond each edge, and what they show."""

    profile: bytes
    space: ColourSpace
    quality: int = 92
    lossless: bool = False
    chroma: Chroma = "4:4:4"
    compression: Compression = "deflate"
    dpi: float | None = None
    bleed: int = 0
    bleed_edges: BleedEdges = "mirror"
    annotation: str = ""

    @classmethod
    def of(cls, output: Output, profile: bytes, space: ColourSpace, annotation: str) -> FileOptions:
        """What an output says of its file, which is in these colours and carries this text."""
        return cls(
            profile,
            space,
            quality=output.quality,
            lossless=output.lossless,
            chroma=output.chroma,
            compression=output.compression,
            dpi=output.dpi,
            bleed=output.bleed_pixels,
            bleed_edges=output.bleed_edges,
            annotation=annotation,
        )


def check_format(suffix: str, bits: int, space: ColourSpace, subject: str) -> None:
    """Raise FormatLimit or BadRequest where the format of a suffix cannot hold such samples."""
    name = suffix.removeprefix(".").upper()
    if bits == 16 and suffix not in DEEP_SUFFIXES:
        raise BadRequest("16 bits", f"{name} holds 8 bits a sample; write a .png or .tif, or choose 8 bits")
    if space == "cmyk" and suffix not in CMYK_SUFFIXES:
        raise BadRequest("The profile", f"it is one for CMYK, and {name} holds RGB only; write a .tif or .jpg to {subject}")


class Encoding:
    """A file being written in a thread of its own, so that the engine's other work goes on. `stop` must be called at the end."""

    def __init__(self, strips: Path, layout: Layout, target: Path, options: FileOptions, overwrite: bool) -> None:
        self._arguments = (strips, layout, target, options, overwrite)
        self._lock = threading.Lock()
        self._news: Future[float] | None = None
        self._fraction = 0.0
        self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sfumato-encoder", daemon=True)
        self._thread.start()

    def news(self) -> Future[float] | None:
        """Done when more is written, with the fraction of the whole; None when all is. Then `result` tells how it went."""
        with self._lock:
            if not self._thread.is_alive() or self._fraction >= 1:
                return None
            self._news = Future()
            return self._news

    def result(self) -> None:
        """Wait for the end; raises what went wrong."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Write no more, unless all is written, and wait for the thread to end: the target is then whole, or as it was."""
        self._stopped = True
        self._thread.join()

    def _run(self) -> None:
        try:
            write(*self._arguments, self._tell)
        except BaseException as error:
            self._error = error
        finally:
            self._announce(1.0)

    def _tell(self, fraction: float) -> bool:
        self._announce(min(fraction, 0.99))
        return not self._stopped

    def _announce(self, fraction: float) -> None:
        with self._lock:
            self._fraction = fraction
            news, self._news = self._news, None
        if news is not None and news.set_running_or_notify_cancel():
            news.set_result(fraction)


class Stopped(Exception):
    """The writing was told to stop."""


def write(
    strips: Path, layout: Layout, target: Path, options: FileOptions, overwrite: bool, tell: Callable[[float], bool] = lambda _: True
) -> None:
    """Write a file from the raw samples in `strips`; the suffix of `target` decides the format. The file appears whole or not at all.

    `tell` hears the fraction that is done and answers whether to go on; where not, Stopped is raised. Raises FormatLimit,
    WouldOverwrite, FolderMissing, NotWritable or DiskFull.
    """
    import pyvips  # late: a third of the start of a command that writes nothing

    logging.getLogger("pyvips").setLevel(logging.CRITICAL)  # its log says the same again as its errors
    pyvips.cache_set_max(0)  # a scratch file of the same name is another picture, not one to be remembered
    suffix = target.suffix.lower()
    image = _annotated(_opened(pyvips, strips, layout, options), suffix, options, str(target))
    watched(image, strips, tell)
    with atomic_file(target, overwrite=overwrite, scratch=strips.parent) as stream:
        sink = _Sink(pyvips, stream)
        try:
            _save(image, sink.target, suffix, layout, options)
        except pyvips.Error as error:
            if sink.error is not None:
                raise sink.error from error
            if not tell(1.0):
                raise Stopped from error
            raise
        if sink.error is not None:  # libvips does not look at what the last flush says
            raise sink.error


class _Sink:
    """A stream as libvips's target; the stream's own error is kept, because libvips has only texts."""

    def __init__(self, pyvips: Any, stream: IO[bytes]) -> None:
        self.error: Exception | None = None
        self._stream = stream
        self.target = pyvips.TargetCustom()
        self.target.on_write(lambda data: self._tried(lambda: self._stream.write(data)))
        self.target.on_read(stream.read)
        self.target.on_seek(lambda offset, whence: self._tried(lambda: self._stream.seek(offset, whence)))
        self.target.on_end(lambda: self._tried(lambda: self._stream.flush() or 0))

    def _tried(self, action: Callable[[], int]) -> int:
        try:
            return action()
        except Exception as error:  # within libvips it would be printed, and no more
            self.error = self.error or error
            return -1


def _opened(pyvips: Any, strips: Path, layout: Layout, options: FileOptions) -> Any:
    interpretation = {"cmyk": "cmyk", "rgb": "srgb" if layout.bits == 8 else "rgb16", "gray": "b-w"}[options.space]
    image = pyvips.Image.rawload(
        str(strips),
        layout.width,
        layout.height,
        layout.channels,
        format="uchar" if layout.bits == 8 else "ushort",
        interpretation=interpretation,
    )
    if options.bleed:
        edge = options.bleed
        extend = "mirror" if options.bleed_edges == "mirror" else "copy"
        image = image.embed(edge, edge, layout.width + 2 * edge, layout.height + 2 * edge, extend=extend)
    per_mm = (options.dpi or SCREEN_DPI) / _MM  # libvips would write one pixel a millimetre
    return image.copy(xres=per_mm, yres=per_mm)


def _annotated(image: Any, suffix: str, options: FileOptions, subject: str) -> Any:
    import pyvips

    image = image.copy()
    blob, text = pyvips.GValue.blob_type, pyvips.GValue.gstr_type
    image.set_type(blob, "icc-profile-data", options.profile)
    if suffix == ".webp" and options.dpi is not None:
        image.set_type(blob, "exif-data", resolution_exif(options.dpi).tobytes())
    if not options.annotation:
        return image
    if suffix == ".png":
        image.set_type(text, f"png-comment-0-{PNG_KEYWORD}", options.annotation)
    elif suffix in (".tif", ".tiff"):
        image.set_type(text, "image-description", options.annotation)
    else:
        xmp = to_xmp(options.annotation)
        if suffix in (".jpg", ".jpeg") and len(xmp) > JPEG_MAX_XMP:
            raise FormatLimit(subject, f"its recipe takes {len(xmp)} bytes, JPEG holds at most {JPEG_MAX_XMP}")
        image.set_type(blob, "xmp-data", xmp)
    return image


def _save(image: Any, target: Any, suffix: str, layout: Layout, options: FileOptions) -> None:
    if suffix == ".png":
        image.pngsave_target(target, compression=_DEFLATE_LEVEL, filter="sub" if layout.bits == 8 else "up", bitdepth=layout.bits)
    elif suffix in (".tif", ".tiff"):
        image.tiffsave_target(
            target,
            tile=True,
            tile_width=_TILE,
            tile_height=_TILE,
            compression=options.compression,
            predictor="none" if options.compression == "none" else "horizontal",
            level=_DEFLATE_LEVEL,
            bigtiff=layout.bytes > BIG_TIFF,
            resunit="inch",
        )
    elif suffix in (".jpg", ".jpeg"):
        image.jpegsave_target(target, Q=options.quality, subsample_mode="off" if options.chroma == "4:4:4" else "on")
    else:
        image.webpsave_target(target, Q=options.quality, lossless=options.lossless, exact=options.lossless, effort=4)
