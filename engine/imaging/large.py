"""Pictures too large to be held: read strip by strip into raw strips on the disk, upright and in sRGB, and brought to other sizes there.

libvips decodes and resamples as it goes; memory holds a few rows, whatever the picture.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.api.errors import ImageDamaged, SfumatoError
from engine.imaging.decoding import damage_named, identify, open_image
from engine.imaging.files import opened
from engine.imaging.mapped import let_go
from engine.imaging.picture import Picture, Samples
from engine.imaging.profiles import ColourSpace, to_srgb, usable
from engine.imaging.strips import Layout, Strips, check_room
from engine.imaging.tiff import TiffHeader

STREAMED_FROM = 100_000_000
"""Pictures of more pixels than this are never held whole: decoded, they would take 0.3 GB and more, and as much again at each size."""

ROWS = 256
"""Of a strip."""


def stored_size(path: Path) -> tuple[int, int]:
    """(width, height) that the header of a picture's file tells, before orientation. Raises as `files.load` does, and what decoders
    raise for a damaged header."""
    with opened(path) as stream:
        file_format = identify(stream, str(path))
        if file_format == "TIFF":
            return TiffHeader(stream).size
        return open_image(stream, file_format).size


def is_large_file(path: Path) -> bool:
    """Whether its header tells of a picture that is never held whole; a file that is none, or damaged, is not: who decodes it says so."""
    try:
        with damage_named(str(path)):
            width, height = stored_size(path)
    except SfumatoError:
        return False
    return width * height > STREAMED_FROM


@dataclass
class Streaming:
    """Strips on their way to the disk: `step` makes one and answers whether there are more. `discard` takes away what there is."""

    strips: Strips
    fetch: Callable[[int, int], Samples]
    """(top, height) -> (h, width, channels); asked from the top down."""
    subject: str

    def step(self) -> bool:
        """Raises ImageDamaged where the file is cut short, DiskFull or FolderMissing."""
        import pyvips

        index = self.strips.done
        rect = self.strips.layout.strip(index)
        try:
            samples = self.fetch(rect.top, rect.height)
        except pyvips.Error as error:
            raise ImageDamaged(self.subject, _reason(error)) from error
        self.strips.write(index, samples)
        return self.strips.done < self.strips.layout.count

    def discard(self) -> None:
        self.strips.remove()


def unpacking(path: Path, target: Path, subject: str) -> Streaming:
    """A picture's file about to become raw strips in `target`: 3 channels, or 4 with alpha, 8 or 16 bits.

    Raises ImageDamaged for a file that libvips cannot read, DiskFull where its pixels have no room.
    """
    pyvips = _vips()
    try:
        image = pyvips.Image.new_from_file(str(path), access="sequential", fail_on="error")
        if image.get_typeof("orientation") and image.get("orientation") > 1:  # turned upright by way of libvips's own scratch file
            image = pyvips.Image.new_from_file(str(path), fail_on="error").autorot()
        image, space = _plain(image)
    except pyvips.Error as error:
        raise ImageDamaged(subject, _reason(error)) from error
    see_through = image.hasalpha()
    profile = image.get("icc-profile-data") if image.get_typeof("icc-profile-data") else None
    profile = usable(profile, space, subject)
    bits = 8 if image.format == "uchar" else 16
    layout = Layout(str(path), image.width, image.height, 3 + see_through, bits, ROWS)
    check_room(target.parent, layout.bytes, subject)
    region = pyvips.Region.new(image)

    def fetch(top: int, height: int) -> Samples:
        stored = _samples(region.fetch(0, top, image.width, height), height, layout, image.bands)
        colour = stored[..., : image.bands - see_through]
        srgb = to_srgb(colour[..., 0] if space == "gray" else colour, space, profile, subject)
        return np.concatenate([srgb, stored[..., -1:]], 2) if see_through else srgb

    return Streaming(Strips.begin(target, layout, subject), fetch, subject)


def scaling(source: Strips, width: int, height: int, target: Path) -> Streaming:
    """Strips about to become others of width x height, by a Lanczos filter."""
    layout = Layout(f"{source.layout.key} {width} x {height}", width, height, source.layout.channels, source.layout.bits, ROWS)
    check_room(target.parent, layout.bytes, source.subject)
    return Streaming(Strips.begin(target, layout, source.subject), _rows(source, width, height), source.subject)


def reduced(source: Strips, width: int, height: int) -> Picture:
    """A picture of width x height in memory."""
    layout, fetch = source.layout, _rows(source, width, height)
    samples = np.empty((height, width, layout.channels), layout.dtype)
    for top in range(0, height, ROWS):
        rows = min(ROWS, height - top)
        samples[top : top + rows] = fetch(top, rows)
    return Picture(samples[..., :3], samples[..., 3] if layout.channels == 4 else None)


def _rows(source: Strips, width: int, height: int) -> Callable[[int, int], Samples]:
    """(top, height) -> rows of the picture at width x height."""
    image, layout = _scaled(source, width, height), source.layout

    def fetch(top: int, height: int) -> Samples:
        samples = _samples(image.crop(0, top, width, height).write_to_memory(), height, layout, layout.channels)
        let_go(source.path)
        return samples

    return fetch


def _samples(raw: Any, height: int, layout: Layout, channels: int) -> Samples:
    samples: Samples = np.frombuffer(raw, np.dtype(layout.dtype)).reshape(height, -1, channels)
    return samples


def _scaled(source: Strips, width: int, height: int) -> Any:
    pyvips = _vips()
    layout = source.layout
    kind, space = ("uchar", "srgb") if layout.bits == 8 else ("ushort", "rgb16")
    image = pyvips.Image.rawload(str(source.path), layout.width, layout.height, layout.channels, format=kind, interpretation=space)
    if (width, height) == (layout.width, layout.height):
        return image
    see_through = layout.channels == 4
    if see_through:  # hidden colours must not bleed into the edges
        image = image.premultiply()
    image = image.resize(width / layout.width, vscale=height / layout.height, kernel="lanczos3")
    if see_through:
        image = image.unpremultiply()
    if image.format != kind:
        image = image.rint().cast(kind)
    return image.gravity("north-west", width, height, extend="copy")  # the size is rounded: a column may be missing


def _plain(image: Any) -> tuple[Any, ColourSpace]:
    """The image with 8 or 16-bit whole numbers, in one of the colour spaces that are known."""
    if image.interpretation == "lab":
        image = image.colourspace("srgb")
    if image.format not in ("uchar", "ushort"):  # as `tiff` has it: floats lie in 0..1
        scale = 65535.0 if image.format in ("float", "double") else 65535.0 / (2**32 - 1)
        image = (image * scale).rint().cast("ushort")
    colours = image.bands - image.hasalpha()
    if image.interpretation == "cmyk" and colours == 4:
        return image, "cmyk"
    return image, "gray" if colours < 3 else "rgb"


def _vips() -> Any:
    import pyvips  # late: a third of the start of a command that reads no such picture

    logging.getLogger("pyvips").setLevel(logging.CRITICAL)  # its log says the same again as its errors
    pyvips.cache_set_max(0)  # a scratch file of the same name is another picture
    return pyvips


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).strip().splitlines() if line]
    return lines[-1].strip().rstrip(".") if lines else type(error).__name__
