"""Pictures that are never held whole: the same pixels as a whole decoding gives, and sizes like those of the house's own filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from engine.api.errors import DiskFull, ImageDamaged
from engine.imaging import large
from engine.imaging.files import load
from engine.imaging.large import is_large_file, reduced, scaling, stored_size, unpacking
from engine.imaging.picture import Picture
from engine.imaging.profiles import output_profile
from engine.imaging.resampling import resize_picture
from engine.imaging.strips import Strips
from engine.imaging.windows import ArrayRaster, Enlarged, Mirrored, Rect

SIZE = (70, 50)


@pytest.fixture(autouse=True)
def _strips_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "ROWS", 16)


@pytest.fixture
def made() -> Iterator[list[Strips]]:
    strips: list[Strips] = []
    yield strips
    for each in strips:
        each.close()


def noise(channels: int, dtype: type = np.uint8) -> np.ndarray:
    top = np.iinfo(dtype).max
    shape = (SIZE[1], SIZE[0]) if channels == 1 else (SIZE[1], SIZE[0], channels)
    values: np.ndarray = np.random.default_rng(channels).integers(0, top, shape, dtype, endpoint=True)
    return values


def smooth(channels: int = 3) -> Image.Image:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] / 50
    waves = [127 + 100 * np.sin(3 * x + channel * y) for channel in range(channels)]
    return Image.fromarray(np.stack(waves, 2).astype(np.uint8))


def file_of(kind: str, folder: Path) -> Path:  # noqa: PLR0912 - a case for each kind
    path = folder / "picture.png"
    adobe = output_profile("adobe-rgb").data
    match kind:
        case "PNG":
            Image.fromarray(noise(3)).save(path)
        case "PNG with alpha":
            Image.fromarray(noise(4)).save(path)
        case "PNG, grey":
            Image.fromarray(noise(1)).save(path)
        case "PNG, grey with alpha":
            Image.fromarray(noise(2)).save(path)
        case "PNG, 1 bit":
            Image.fromarray(noise(1)).convert("1").save(path)
        case "PNG, palette, transparent":
            Image.fromarray(noise(3)).quantize(16).save(path, transparency=3)
        case "PNG, wide colours":
            Image.fromarray(noise(3)).save(path, icc_profile=adobe)
        case "TIFF, 16 bits":
            path = folder / "picture.tif"
            tifffile.imwrite(path, noise(3, np.uint16), photometric="rgb", compression="zlib")
        case "TIFF, 16 bits, wide colours":
            path = folder / "picture.tif"
            tifffile.imwrite(path, noise(3, np.uint16), photometric="rgb", iccprofile=adobe)
        case "TIFF, floats":
            path = folder / "picture.tif"
            tifffile.imwrite(path, noise(3).astype(np.float32) / 255, photometric="rgb")
        case "TIFF, inks":
            path = folder / "picture.tif"
            tifffile.imwrite(path, noise(4), photometric="separated")
        case "JPEG":
            path = folder / "picture.jpg"
            smooth().save(path, quality=95, subsampling=0)
        case "JPEG, turned":
            path = folder / "picture.jpg"
            exif = Image.Exif()
            exif[0x0112] = 6
            smooth().save(path, quality=95, subsampling=0, exif=exif)
    return path


KINDS = {
    "PNG": 0,
    "PNG with alpha": 0,
    "PNG, grey": 0,
    "PNG, grey with alpha": 0,
    "PNG, 1 bit": 0,
    "PNG, palette, transparent": 0,
    "PNG, wide colours": 0,
    "TIFF, 16 bits": 0,
    "TIFF, 16 bits, wide colours": 0,
    "TIFF, floats": 1,
    "TIFF, inks": 0,
    "JPEG": 1,
    "JPEG, turned": 1,
}
"""By how many levels they may differ from what is held: decoders of JPEG and of floats round in their own ways."""


def unpacked(path: Path, made: list[Strips]) -> Strips:
    streaming = unpacking(path, path.with_suffix(".raw"), path.name)
    made.append(streaming.strips)
    while streaming.step():
        pass
    return streaming.strips


def whole(strips: Strips) -> np.ndarray:
    height, width, _ = strips.shape
    return strips.read(Rect(0, 0, width, height))


@pytest.mark.parametrize("kind", KINDS)
def test_strips_hold_what_a_whole_decoding_gives(kind: str, tmp_path: Path, made: list[Strips]) -> None:
    path = file_of(kind, tmp_path)
    held = load(path)
    samples = whole(unpacked(path, made))
    assert samples.dtype == held.pixels.dtype
    assert np.abs(samples[..., :3].astype(int) - held.pixels).max() <= KINDS[kind]
    assert (samples.shape[2] == 4) == (held.alpha is not None)
    if held.alpha is not None:
        assert np.array_equal(samples[..., 3], held.alpha)


@pytest.mark.parametrize("size", [(35, 25), (61, 44), (17, 12)])
@pytest.mark.parametrize("channels", [3, 4])
def test_other_sizes_are_those_of_a_lanczos_filter(size: tuple[int, int], channels: int, tmp_path: Path, made: list[Strips]) -> None:
    path = tmp_path / "picture.png"
    smooth(channels).save(path)
    source = unpacked(path, made)
    held = load(path)
    picture = reduced(source, *size)
    expected = resize_picture(held, *size)
    assert (picture.width, picture.height) == size
    inner = (slice(2, -2), slice(2, -2))
    assert np.abs(picture.pixels[inner].astype(int) - expected.pixels[inner]).mean() < 1.5
    streaming = scaling(source, *size, tmp_path / "scaled.raw")
    made.append(streaming.strips)
    while streaming.step():
        pass
    assert np.array_equal(whole(streaming.strips)[..., :3], picture.pixels)


def test_a_file_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    path = file_of("PNG", tmp_path)
    path.write_bytes(path.read_bytes()[:6000])
    streaming = unpacking(path, tmp_path / "picture.raw", "boat.png")
    with pytest.raises(ImageDamaged, match=r"boat\.png is damaged"):
        while streaming.step():
            pass
    streaming.discard()
    assert [each.name for each in tmp_path.iterdir()] == ["picture.png"]


def test_a_disk_without_room_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 5000}))
    with pytest.raises(DiskFull):
        unpacking(file_of("PNG", tmp_path), tmp_path / "picture.raw", "boat.png")


def test_the_header_tells_what_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("PNG", "TIFF, 16 bits", "JPEG"):
        path = file_of(kind, tmp_path)
        assert stored_size(path) == SIZE
        assert not is_large_file(path)
        with monkeypatch.context() as patch:
            patch.setattr(large, "STREAMED_FROM", SIZE[0] * SIZE[1] - 1)
            assert is_large_file(path)
            for other in ("diary", "nothing"):
                (tmp_path / "diary").write_text("Dear diary", encoding="ascii")
                assert not is_large_file(tmp_path / other)


def test_mirrored_windows_are_those_of_a_mirrored_whole() -> None:
    samples = noise(3)
    raster = Mirrored(Enlarged.covering(ArrayRaster(samples), 66, 50), 16, 8)
    cut = Picture(samples).pixels[:, 2:68]
    expected = np.pad(cut, ((16, 16 + -50 % 8), (16, 16 + -66 % 8), (0, 0)), mode="reflect")
    assert raster.shape == expected.shape
    for rect in (Rect(0, 0, raster.shape[1], raster.shape[0]), Rect(0, 20, 30, 60), Rect(80, 70, 104, 88)):
        assert np.array_equal(raster.read(rect), expected[rect.top : rect.bottom, rect.left : rect.right])
