from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.api.errors import (
    BadRequest,
    DiskFull,
    FileMissing,
    FormatLimit,
    ImageTooLarge,
    NothingToResume,
    SfumatoError,
    UnknownModel,
    WrongModel,
)
from engine.api.events import Progress
from engine.api.output import Output, unfinished_folder
from engine.api.proofing import EnlargementSpot, Spot
from engine.api.recipe import Photo
from engine.api.requests import ImportPicture, Upscale
from engine.context import Context, Wait
from engine.imaging.files import load, read_text, save
from engine.imaging.picture import Picture
from engine.imaging.profiles import output_profile, srgb_profile
from engine.imaging.resampling import colours_spread
from engine.imaging.strips import Strips
from engine.jobs.library import import_picture
from engine.jobs.upscale import UPSCALED_KEY, enlargement_spot, upscale
from engine.models import upscaler
from tests.tiny import drive, picture_file, write_tiny_upscaler

Taken = Callable[[Path], Photo]


@pytest.fixture
def taken(context: Context, monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Pictures taken in; with house upscalers for both scales, in tiles of 16 pixels."""
    monkeypatch.setattr(upscaler, "TILE", 16)
    for scale in (2, 4):
        write_tiny_upscaler(context.places.models, f"upscale-faithful-x{scale}", scale)
    write_tiny_upscaler(context.places.models, "upscale-crisp-x4", seed=1)

    def take_in(path: Path) -> Photo:
        photo: Photo = drive(import_picture(ImportPicture(path=path), context))[0]
        return photo

    return take_in


@pytest.fixture
def photo(taken: Taken, tmp_path: Path) -> Photo:
    return taken(picture_file(tmp_path / "photo.png", 40, 36))


@pytest.mark.parametrize("scale", [2, 4])
def test_a_photo_gets_larger_and_stays_the_same(photo: Photo, context: Context, tmp_path: Path, scale: int) -> None:
    out = tmp_path / "out.png"
    done, said = drive(upscale(Upscale(photo, Output(out), scale), context))
    assert (done.path, done.width, done.height, done.bytes) == (out, 40 * scale, 36 * scale, out.stat().st_size)
    large = load(out)
    assert (large.width, large.height, large.bits, large.alpha) == (40 * scale, 36 * scale, 8, None)
    small = large.pixels.reshape(36, scale, 40, scale, 3).mean((1, 3))
    assert np.abs(small - load(tmp_path / "photo.png").pixels).mean() < 25  # an untrained network, near to a bilinear filter
    fractions = [step.fraction for step in said]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert f'"scale": {scale}' in read_text(out)[UPSCALED_KEY]


def test_the_tiles_do_not_show(photo: Photo, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drive(upscale(Upscale(photo, Output(tmp_path / "tiled.png", bits=16)), context))
    monkeypatch.setattr(upscaler, "TILE", 64)
    context.models.evict_idle()
    drive(upscale(Upscale(photo, Output(tmp_path / "whole.png", bits=16)), context))
    tiled, whole = (load(tmp_path / name).pixels.astype(int) for name in ("tiled.png", "whole.png"))
    assert np.abs(tiled - whole).max() <= 1


def test_a_missing_scale_is_made_of_a_larger_one(photo: Photo, context: Context, tmp_path: Path) -> None:
    done, _ = drive(upscale(Upscale(photo, Output(tmp_path / "out.png"), 2, "crisp"), context))
    assert (done.width, done.height) == (80, 72)
    assert "upscale-crisp-x4" in read_text(tmp_path / "out.png")[UPSCALED_KEY]


def test_alpha_and_sixteen_bits_are_kept(taken: Taken, context: Context, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    alpha = np.zeros((20, 24), np.uint16)
    alpha[:, 12:] = 65535
    save(Picture(rng.integers(0, 65536, (20, 24, 3), dtype=np.uint16), alpha), tmp_path / "deep.tif")
    drive(upscale(Upscale(taken(tmp_path / "deep.tif"), Output(tmp_path / "out.png")), context))
    large = load(tmp_path / "out.png")
    assert (large.width, large.bits) == (48, 16)
    assert large.alpha is not None
    assert (large.alpha[:, :20] == 0).all()
    assert (large.alpha[:, 28:] == 65535).all()


def test_hidden_colours_do_not_bleed_into_the_edge(taken: Taken, context: Context, tmp_path: Path) -> None:
    made = []
    for name, hidden in (("black.png", 0), ("white.png", 255)):
        pixels = np.full((16, 16, 4), 128, np.uint8)
        pixels[:, :8] = (hidden, hidden, hidden, 0)
        Image.fromarray(pixels).save(tmp_path / name)
        drive(upscale(Upscale(taken(tmp_path / name), Output(tmp_path / f"out-{name}")), context))
        made.append(load(tmp_path / f"out-{name}"))
    black, white = (picture.pixels[picture.alpha > 0].astype(int) for picture in made if picture.alpha is not None)
    assert np.abs(black - white).max() <= 1


def test_jpeg_shows_white_where_nothing_was(taken: Taken, context: Context, tmp_path: Path) -> None:
    Image.new("RGBA", (16, 16), (200, 0, 0, 0)).save(tmp_path / "clear.png")
    drive(upscale(Upscale(taken(tmp_path / "clear.png"), Output(tmp_path / "out.jpg")), context))
    assert load(tmp_path / "out.jpg").pixels.min() > 250


def test_the_photos_own_colours_and_resolution_are_kept(taken: Taken, context: Context, tmp_path: Path) -> None:
    profile = output_profile("display-p3").data
    image = Image.fromarray(load(picture_file(tmp_path / "plain.png", 24, 20)).pixels)
    image.save(tmp_path / "wide.jpg", icc_profile=profile, dpi=(240, 240), quality=95, subsampling=0)
    drive(upscale(Upscale(taken(tmp_path / "wide.jpg"), Output(tmp_path / "out.png")), context))
    with Image.open(tmp_path / "out.png") as out, Image.open(tmp_path / "wide.jpg") as wide:
        assert out.info["icc_profile"] == profile
        assert out.info["dpi"][0] == pytest.approx(240, abs=0.1)
        # The file's own numbers, not those of sRGB: a saturated colour would have moved by dozens.
        assert np.abs(np.asarray(out.reduce(2)).astype(int) - np.asarray(wide)).mean() < 25


def test_a_profile_that_is_of_no_use_gives_way_to_srgb(taken: Taken, context: Context, tmp_path: Path) -> None:
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("L", (16, 16), 90).save(tmp_path / "grey.png")
    Image.new("RGB", (16, 16), (90, 80, 70)).save(tmp_path / "odd.png", icc_profile=grey)
    drive(upscale(Upscale(taken(tmp_path / "grey.png"), Output(tmp_path / "out.png")), context))
    with Image.open(tmp_path / "out.png") as out:
        assert out.info["icc_profile"] == srgb_profile()


def test_another_resolution_can_be_asked_for(photo: Photo, context: Context, tmp_path: Path) -> None:
    drive(upscale(Upscale(photo, Output(tmp_path / "out.tif", dpi=300)), context))
    with Image.open(tmp_path / "out.tif") as out:
        assert out.info["dpi"][0] == pytest.approx(300)


def test_what_was_interrupted_goes_on_and_makes_the_same_file(photo: Photo, context: Context, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole.png", tmp_path / "out.png"
    drive(upscale(Upscale(photo, Output(whole)), context))
    job = upscale(Upscale(photo, Output(out, keep_unfinished=True)), context)
    answer = None
    for _ in range(200):
        step = job.send(answer)
        answer = step.future.result() if isinstance(step, Wait) else None
        if isinstance(step, Progress) and step.fraction > 0.3:
            break
    job.close()
    assert not out.exists()
    assert unfinished_folder(out).is_dir()
    with pytest.raises(NothingToResume):
        drive(upscale(Upscale(photo, Output(out, resume=True, keep_unfinished=True), variant="crisp"), context))
    told = [step for step in drive(upscale(Upscale(photo, Output(out, resume=True)), context))[1] if isinstance(step, Progress)]
    assert 0.2 < told[0].fraction < 0.9
    assert told[0].note == f"Goes on from {told[0].fraction:.0%}."
    assert out.read_bytes() == whole.read_bytes()
    assert not unfinished_folder(out).exists()


def test_a_full_disk_leaves_no_half_file(photo: Photo, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Strips.write

    def full(strips: Strips, index: int, samples: np.ndarray) -> None:
        if index == 1:
            raise DiskFull(strips.subject)
        write(strips, index, samples)

    monkeypatch.setattr(Strips, "write", full)
    with pytest.raises(DiskFull, match="--resume"):
        drive(upscale(Upscale(photo, Output(tmp_path / "out.png", keep_unfinished=True)), context))
    assert not (tmp_path / "out.png").exists()
    monkeypatch.undo()


def test_what_cannot_be_done_is_refused_before_any_work(
    photo: Photo, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Upscale(photo, Output(tmp_path / "out.png"))
    jpeg = Output(tmp_path / "out.jpg")
    for wrong, error in (
        (replace(request, scale=3), BadRequest),
        (replace(request, variant="blurred"), BadRequest),  # type: ignore[arg-type]
        (replace(request, scale=4, model="upscale-faithful-x2"), BadRequest),
        (replace(request, model="nobody"), UnknownModel),
        (replace(request, model="sfumato-style"), WrongModel),
        (replace(request, output=replace(jpeg, bits=16)), BadRequest),
        (replace(request, photo=replace(photo, width=30_000), output=jpeg, scale=4), FormatLimit),
        (replace(request, photo=replace(photo, width=100_000, height=100_000)), ImageTooLarge),
    ):
        with pytest.raises(error):
            drive(upscale(wrong, context))
    assert list(tmp_path.glob("*out*")) == []


# A spot beforehand.


@pytest.mark.parametrize("scale", [2, 4])
def test_a_spot_has_the_pixels_of_the_file(photo: Photo, context: Context, tmp_path: Path, scale: int) -> None:
    drive(upscale(Upscale(photo, Output(tmp_path / "out.png"), scale), context))
    whole = load(tmp_path / "out.png").pixels.astype(int)
    for spot in (Spot(0, 0, 7, 5), Spot(11, 13, 30, 23), Spot(40 * scale - 9, 36 * scale - 3, 9, 3), Spot(0, 0, 40 * scale, 36 * scale)):
        pair, _ = drive(enlargement_spot(EnlargementSpot(photo, spot, scale, "faithful"), context))
        part = whole[spot.top : spot.top + spot.height, spot.left : spot.left + spot.width]
        assert np.abs(pair.enlarged.pixels[..., 2::-1].astype(int) - part).max() <= 1
        assert pair.plain.pixels.shape == pair.enlarged.pixels.shape
        assert 0 < np.abs(pair.plain.pixels.astype(int) - pair.enlarged.pixels).mean() < 40
        assert pair.enlarged.scale == scale
        assert pair.seconds_per_megapixel > 0


def test_a_spot_is_transparent_where_the_photo_is(taken: Taken, context: Context, tmp_path: Path) -> None:
    pixels = np.full((36, 40, 3), 200, np.uint8)
    alpha = np.full((36, 40), 255, np.uint8)
    alpha[:, :20] = 0
    save(Picture(pixels, alpha), tmp_path / "cut.png")
    request = EnlargementSpot(taken(tmp_path / "cut.png"), Spot(0, 0, 80, 72), 2, "faithful")
    pair, _ = drive(enlargement_spot(request, context))
    for frame in (pair.plain, pair.enlarged):
        assert frame.pixels[:, :36, 3].max() == 0
        assert frame.pixels[:, 44:, 3].min() == 255


def test_hidden_colours_are_spread_once_for_all_spots(
    taken: Taken, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha = np.full((36, 40), 255, np.uint8)
    alpha[:, :20] = 0
    save(Picture(np.full((36, 40, 3), 200, np.uint8), alpha), tmp_path / "cut.png")
    photo, counted = taken(tmp_path / "cut.png"), list[Picture]()

    def counting(picture: Picture) -> Picture:
        counted.append(picture)
        return colours_spread(picture)

    monkeypatch.setattr("engine.sources.colours_spread", counting)
    for left in (0, 9):
        drive(enlargement_spot(EnlargementSpot(photo, Spot(left, 0, 20, 20), 2, "faithful"), context))
    assert len(counted) == 1


def test_a_spot_that_cannot_be_shown_is_refused(photo: Photo, context: Context, tmp_path: Path) -> None:
    request = EnlargementSpot(photo, Spot(0, 0, 20, 20), 2, "faithful")
    for wrong, error in (
        (replace(request, spot=Spot(70, 0, 20, 20)), BadRequest),
        (replace(request, scale=3), BadRequest),
        (replace(request, model="upscale-faithful-x2", scale=4), BadRequest),
        (replace(request, model=str(tmp_path / "nowhere.pth")), FileMissing),
        (replace(request, photo=replace(photo, width=100_000, height=100_000)), ImageTooLarge),
    ):
        with pytest.raises(error):
            drive(enlargement_spot(wrong, context))


def test_a_file_of_ones_own_is_used_from_anywhere(photo: Photo, context: Context, tmp_path: Path) -> None:
    file = write_tiny_upscaler(tmp_path, "mine-x4", 4, seed=3)
    drive(upscale(Upscale(photo, Output(tmp_path / "out.png"), 2, model=str(file)), context))
    assert '"model": "mine-x4"' in read_text(tmp_path / "out.png")[UPSCALED_KEY]
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")
    with pytest.raises(SfumatoError, match=r"broken\.safetensors"):
        drive(upscale(Upscale(photo, Output(tmp_path / "other.png"), model=str(tmp_path / "broken.safetensors")), context))
