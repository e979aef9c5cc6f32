"""Files from strips: the samples, the colours, the paper and the text that were asked for; the same bytes every time."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from engine.api.errors import BadRequest, DiskFull, FileMissing, FolderMissing, NotAProfile
from engine.api.output import BLEED_EDGES, COMPRESSIONS, INTENTS, PROFILES, BleedEdges, Intent
from engine.imaging import annotation
from engine.imaging.depth import to_eight
from engine.imaging.files import load, read_text
from engine.imaging.profiles import output_profile, srgb_profile
from engine.imaging.strips import Layout, Strips
from engine.imaging.windows import Rect
from engine.imaging.writers import Encoding, FileOptions, Stopped, check_format, write
from tests.engine.imaging.printer_profile import cmyk_profile

PLAIN = FileOptions(srgb_profile(), "rgb")
WIDTH, HEIGHT = 70, 50


def strips_of(folder: Path, samples: np.ndarray) -> tuple[Path, Layout]:
    layout = Layout("key", samples.shape[1], samples.shape[0], samples.shape[2], 8 * samples.dtype.itemsize, 16)
    strips = Strips.begin(folder / "picture.raw", layout, "out")
    for index in range(layout.count):
        rect = layout.strip(index)
        strips.write(index, samples[rect.top : rect.bottom])
    strips.close()
    return folder / "picture.raw", layout


def noise(bits: int, channels: int) -> np.ndarray:
    return np.random.default_rng(bits + channels).integers(0, 2**bits, (HEIGHT, WIDTH, channels)).astype(f"uint{bits}")


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [3, 4])
def test_exact_formats_hold_every_sample(tmp_path: Path, suffix: str, bits: int, channels: int) -> None:
    samples = noise(bits, channels)
    write(*strips_of(tmp_path, samples), tmp_path / f"out{suffix}", PLAIN, False)
    picture = load(tmp_path / f"out{suffix}")
    assert np.array_equal(picture.pixels, samples[..., :3])
    assert (picture.alpha is None) == (channels == 3)
    if picture.alpha is not None:
        assert np.array_equal(picture.alpha, samples[..., 3])


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_tiff_is_tiled_and_compressed_as_asked(tmp_path: Path, compression: str) -> None:
    options = FileOptions(srgb_profile(), "rgb", compression=compression)  # type: ignore[arg-type]
    write(*strips_of(tmp_path, noise(16, 3)), tmp_path / "out.tif", options, False)
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        page = tiff.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        assert page.is_tiled
        assert tifffile.COMPRESSION(page.compression).name == {"deflate": "ADOBE_DEFLATE", "lzw": "LZW", "none": "NONE"}[compression]


def test_from_four_gigabytes_on_a_tiff_is_a_big_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.imaging.writers.BIG_TIFF", 1000)
    write(*strips_of(tmp_path, noise(8, 3)), tmp_path / "out.tif", PLAIN, False)
    assert (tmp_path / "out.tif").read_bytes()[:4] == b"II+\0"
    assert np.array_equal(load(tmp_path / "out.tif").pixels, noise(8, 3))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp"])
def test_paper_profile_and_text_are_in_every_format(tmp_path: Path, suffix: str) -> None:
    options = FileOptions(output_profile("display-p3").data, "rgb", dpi=300, annotation=annotation.pack({"how": "wörds"}))
    path, layout = strips_of(tmp_path, noise(8, 3))
    for name in ("one", "two"):
        write(path, layout, tmp_path / f"{name}{suffix}", options, False)
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()
    assert read_text(tmp_path / f"one{suffix}") == {"how": "wörds"}
    with Image.open(tmp_path / f"one{suffix}") as image:
        dpi = image.info.get("dpi") or (image.getexif()[282], image.getexif()[283])
        assert [float(each) for each in dpi] == pytest.approx([300, 300], abs=0.01)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert ImageCms.getProfileDescription(profile).strip() == "Display P3"


def test_chroma_is_a_choice(tmp_path: Path) -> None:
    path, layout = strips_of(tmp_path, noise(8, 3))
    for chroma, sampling in (("4:4:4", 0), ("4:2:0", 2)):
        write(path, layout, tmp_path / "out.jpg", FileOptions(srgb_profile(), "rgb", chroma=chroma), True)  # type: ignore[arg-type]
        from PIL import JpegImagePlugin

        with Image.open(tmp_path / "out.jpg") as image:
            assert isinstance(image, JpegImagePlugin.JpegImageFile)
            assert JpegImagePlugin.get_sampling(image) == sampling


@pytest.mark.parametrize("edges", BLEED_EDGES)
def test_bleed_mirrors_or_extends_the_edges(tmp_path: Path, edges: BleedEdges) -> None:
    samples = noise(8, 3)
    options = FileOptions(srgb_profile(), "rgb", bleed=6, bleed_edges=edges)
    write(*strips_of(tmp_path, samples), tmp_path / "out.png", options, False)
    around = ((6, 6), (6, 6), (0, 0))
    wanted = np.pad(samples, around, mode="symmetric") if edges == "mirror" else np.pad(samples, around, mode="edge")
    assert np.array_equal(load(tmp_path / "out.png").pixels, wanted)


def test_a_scratch_file_of_the_same_name_is_another_picture(tmp_path: Path) -> None:
    for value in (10, 200):
        samples = np.full((HEIGHT, WIDTH, 3), value, np.uint8)
        write(*strips_of(tmp_path, samples), tmp_path / "out.png", PLAIN, True)
        assert load(tmp_path / "out.png").pixels.max() == value


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp"])
def test_a_full_disk_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    path, layout = strips_of(tmp_path, noise(8, 3))
    (tmp_path / f"out{suffix}").write_bytes(b"older")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        write(path, layout, tmp_path / f"out{suffix}", PLAIN, True)
    assert (tmp_path / f"out{suffix}").read_bytes() == b"older"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("call", ["write", "flush"])
def test_a_write_that_fails_within_the_encoder_is_the_disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    from engine.imaging import writers

    def fail(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    Full = type("Full", (io.BytesIO,), {call: fail})
    sink = writers._Sink
    monkeypatch.setattr(writers, "_Sink", lambda pyvips, stream: sink(pyvips, Full()))
    for suffix in (".png", ".tif", ".jpg", ".webp"):
        with pytest.raises(DiskFull, match=suffix):
            write(*strips_of(tmp_path, noise(8, 3)), tmp_path / f"out{suffix}", PLAIN, False)
        assert not (tmp_path / f"out{suffix}").exists()


def test_the_file_grows_in_the_strips_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "unfinished"
    folder.mkdir()
    seen: list[str] = []
    fsync = os.fsync

    def looked(descriptor: int) -> None:
        seen.extend(path.relative_to(tmp_path).parent.name for path in tmp_path.rglob("*.part"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", looked)
    path, layout = strips_of(folder, noise(8, 3))
    write(path, layout, tmp_path / "out.png", PLAIN, False)
    assert seen == ["unfinished"]
    assert not list(folder.glob("*.part"))


def test_a_folder_that_goes_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        write(*strips_of(tmp_path, noise(8, 3)), tmp_path / "gone" / "out.png", PLAIN, False)


def test_writing_can_be_stopped(tmp_path: Path) -> None:
    path, layout = strips_of(tmp_path, np.zeros((2000, 600, 3), np.uint8))
    with pytest.raises(Stopped):
        write(path, layout, tmp_path / "out.png", PLAIN, False, lambda _: False)
    assert not (tmp_path / "out.png").exists()
    encoding = Encoding(path, layout, tmp_path / "out.png", PLAIN, False)
    encoding.stop()  # at once, or when it is whole
    assert not list(tmp_path.glob("*.part"))


def test_what_a_format_cannot_hold_is_refused() -> None:
    for suffix in (".png", ".webp"):
        with pytest.raises(BadRequest, match=f"CMYK, and {suffix[1:].upper()} holds RGB only"):
            check_format(suffix, 8, "cmyk", "out")
    for suffix in (".jpg", ".webp"):
        with pytest.raises(BadRequest, match="holds 8 bits"):
            check_format(suffix, 16, "rgb", "out")


# ---- profiles ----


@pytest.mark.parametrize("name", PROFILES)
def test_named_profiles_lead_back_to_srgb(tmp_path: Path, name: str) -> None:
    srgb = noise(16, 3)
    profile = output_profile(name)
    write(*strips_of(tmp_path, profile.convert(srgb)), tmp_path / "out.tif", FileOptions(profile.data, "rgb"), False)
    apart = np.abs(load(tmp_path / "out.tif").pixels.astype(int) - srgb)
    assert np.median(apart) < 10  # of 65535
    assert np.percentile(apart, 95) < 300  # dark tones beside bright ones are steep, and LittleCMS tabulates


def test_a_wide_profile_has_red_inside() -> None:
    red = np.array([[[65535, 0, 0]]], np.uint16)
    assert output_profile("adobe-rgb").convert(red)[0, 0] / 257 == pytest.approx([219, 0, 0], abs=2)
    assert output_profile("display-p3").convert(red)[0, 0] / 257 == pytest.approx([234, 51, 35], abs=1)


@pytest.mark.parametrize("intent", INTENTS)
def test_a_printers_profile_makes_inks(tmp_path: Path, intent: Intent) -> None:
    (tmp_path / "printer.icc").write_bytes(cmyk_profile())
    profile = output_profile(str(tmp_path / "printer.icc"), intent)
    assert (profile.space, profile.channels) == ("cmyk", 4)
    samples = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
    samples[:, :30] = 65535
    inks = profile.convert(samples)
    assert inks[:, :30].max() < 3000  # white is paper
    assert inks[:, 30:, :3].min() > 60000
    for suffix in (".tif", ".jpg"):
        eight = to_eight(inks, Rect(0, 0, WIDTH, HEIGHT), dither=False)
        write(*strips_of(tmp_path, eight), tmp_path / f"out{suffix}", FileOptions(profile.data, "cmyk"), True)
        with Image.open(tmp_path / f"out{suffix}") as image:
            assert image.mode == "CMYK"
            assert np.abs(np.asarray(image).astype(int) - eight)[:, [5, -5]].max() < 4


def test_what_is_no_profile_is_named(tmp_path: Path) -> None:
    (tmp_path / "photo.icc").write_bytes(b"\xff\xd8\xff" + bytes(300))
    with pytest.raises(NotAProfile, match=r"photo\.icc .*no ICC profile"):
        output_profile(str(tmp_path / "photo.icc"))
    (tmp_path / "short.icc").write_bytes(cmyk_profile()[:600])
    with pytest.raises(NotAProfile, match=r"short\.icc"):
        output_profile(str(tmp_path / "short.icc"))
    grey = bytearray(cmyk_profile())
    grey[16:20] = b"GRAY"
    (tmp_path / "grey.icc").write_bytes(grey)
    with pytest.raises(NotAProfile, match="GRAY, not RGB or CMYK"):
        output_profile(str(tmp_path / "grey.icc"))
    with pytest.raises(FileMissing, match=r"nowhere\.icc"):
        output_profile(str(tmp_path / "nowhere.icc"))


# ---- depth ----


def test_eight_bits_come_out_as_they_went_in() -> None:
    values = np.repeat(np.arange(256, dtype=np.uint16) * 257, 512).reshape(256, 512, 1)
    for dither in (True, False):
        assert np.array_equal(to_eight(values, Rect(7, 3, 519, 259), dither=dither), (values // 257).astype(np.uint8))


def test_dithering_keeps_the_mean_and_depends_on_the_place_alone() -> None:
    values = np.full((256, 256, 3), 100 * 257 + 77, np.uint16)  # 0.3 between two levels
    whole = to_eight(values, Rect(0, 0, 256, 256), dither=True)
    assert whole.mean() == pytest.approx(100.3, abs=0.01)
    assert set(np.unique(whole)) == {100, 101}
    assert np.array_equal(to_eight(values[:50, :60], Rect(30, 20, 90, 70), dither=True), whole[20:70, 30:90])
