from __future__ import annotations

import json
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.api.errors import (
    BadRequest,
    BlobMissing,
    DiskFull,
    FileMissing,
    FolderMissing,
    ImageTooLarge,
    NotAnImage,
    UnknownFormat,
    WouldOverwrite,
)
from engine.api.events import Frame
from engine.api.output import Output
from engine.api.recipe import Layer, Photo, PictureStyle, Recipe, StyleUse, from_plain
from engine.api.requests import Export, Exported, FindRecipe, ImportPicture, Preview, StyleSample, Thumbnail, WarmUp
from engine.context import Context
from engine.imaging.files import load, read_text, save
from engine.imaging.large import is_large_file
from engine.jobs import export as export_job
from engine.jobs.export import RECIPE_KEY, export
from engine.jobs.library import find_recipe, import_picture, style_sample, thumbnail
from engine.jobs.preview import preview
from engine.jobs.warm_up import warm_up
from tests.tiny import drive, picture_file


@pytest.fixture
def recipe(context: Context, tmp_path: Path) -> Recipe:
    photo = taken_in(context, picture_file(tmp_path / "photo.png", 200, 120, 1))
    style = taken_in(context, picture_file(tmp_path / "style.png", 90, 90, 2))
    return Recipe((Layer(photo, (StyleUse(PictureStyle(style.blob)),)),))


def taken_in(context: Context, path: Path) -> Photo:
    photo, _ = drive(import_picture(ImportPicture(path=path), context))
    assert isinstance(photo, Photo)
    return photo


def frames(job: Generator[Any, Any, Any]) -> list[Frame]:
    return [step for step in drive(job)[1] if isinstance(step, Frame)]


def test_import_of_a_file_and_of_its_bytes_is_one_blob(context: Context, tmp_path: Path) -> None:
    path = picture_file(tmp_path / "photo.png", 30, 20)
    from_file = taken_in(context, path)
    pasted, _ = drive(import_picture(ImportPicture(data=path.read_bytes()), context))
    assert from_file == replace(pasted, name="photo.png")
    assert (from_file.width, from_file.height) == (30, 20)
    assert context.blobs.read(from_file.blob) == path.read_bytes()


def test_headers_are_read_by_the_thread_of_files(context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's thread has previews to make."""
    readers: list[threading.Thread] = []

    def noted(path: Path) -> bool:
        readers.append(threading.current_thread())
        return is_large_file(path)

    monkeypatch.setattr("engine.jobs.library.is_large_file", noted)
    monkeypatch.setattr("engine.blobs.is_large_file", noted)
    photo = taken_in(context, picture_file(tmp_path / "photo.png", 30, 20))
    assert not context.blobs.is_large(photo.blob)
    assert len(readers) == 2 and threading.current_thread() not in readers


def test_import_names_what_is_wrong(context: Context, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(NotAnImage, match=r"text\.png"):
        taken_in(context, tmp_path / "text.png")
    with pytest.raises(FileMissing, match=r"nowhere\.png"):
        taken_in(context, tmp_path / "nowhere.png")
    with pytest.raises(BadRequest):
        drive(import_picture(ImportPicture(), context))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_an_exported_picture_gives_its_recipe_back(context: Context, recipe: Recipe, tmp_path: Path, suffix: str) -> None:
    drive(export(Export(recipe, Output(tmp_path / f"out{suffix}")), context))
    exported = taken_in(context, tmp_path / f"out{suffix}")
    assert drive(find_recipe(FindRecipe(exported), context))[0] == recipe
    context.blobs.path(recipe.layers[0].source.key).unlink()
    assert drive(find_recipe(FindRecipe(exported), context))[0] is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"recipe": {"layers": []}}', '{"recipe": {"layers": [7]}}', "[" * 100_000])
def test_a_picture_without_a_whole_recipe_gives_none(context: Context, tmp_path: Path, text: str) -> None:
    picture = load(picture_file(tmp_path / "plain.png", 20, 20))
    save(picture, tmp_path / "marked.png", text={RECIPE_KEY: text})
    for name in ("plain.png", "marked.png"):
        photo = taken_in(context, tmp_path / name)
        assert drive(find_recipe(FindRecipe(photo), context))[0] is None


def test_preview_sends_a_frame_for_each_edge(context: Context, recipe: Recipe) -> None:
    quick, fine = frames(preview(Preview(recipe, (64, 128)), context))
    assert quick.pixels.shape == (38, 64, 4)
    assert fine.pixels.shape == (77, 128, 4)
    assert fine.scale == pytest.approx(0.64)
    assert not fine.pixels.flags.writeable


def test_preview_is_never_larger_than_the_photo(context: Context, recipe: Recipe) -> None:
    assert [frame.pixels.shape for frame in frames(preview(Preview(recipe, (512, 1024)), context))] == [(120, 200, 4)]


def test_preview_of_nothing_sends_nothing(context: Context) -> None:
    assert frames(preview(Preview(Recipe()), context)) == []


def test_frames_are_premultiplied_blue_first(context: Context, tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (200, 100, 0, 128)).save(tmp_path / "glass.png")
    (frame,) = frames(preview(Preview(Recipe((Layer(taken_in(context, tmp_path / "glass.png")),))), context))
    assert frame.pixels[0, 0].tolist() == [0, 50, 100, 128]


def test_preview_of_a_changed_style_reuses_the_photos_features(context: Context, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    drive(preview(Preview(recipe, (128,)), context))
    model = context.models.stylizer()
    monkeypatch.setattr(model, "encode_steps", lambda content: pytest.fail("the photo was encoded again"))
    stronger = Recipe((replace(recipe.layers[0], style_scale=2.0),))
    assert len(frames(preview(Preview(stronger, (128,)), context))) == 1


def test_a_recipe_out_of_range_is_refused(context: Context, recipe: Recipe) -> None:
    with pytest.raises(BadRequest, match="Strength 2"):
        drive(preview(Preview(Recipe((replace(recipe.layers[0], strength=2.0),))), context))


def test_a_blob_that_is_not_there_is_named(context: Context) -> None:
    with pytest.raises(BlobMissing):
        drive(preview(Preview(Recipe((Layer(Photo("0" * 64, 10, 10, "lost.png")),))), context))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_export_writes_the_picture_and_its_recipe(context: Context, recipe: Recipe, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out.{suffix}"
    result, _ = drive(export(Export(recipe, Output(path, 100)), context))
    assert isinstance(result, Exported)
    assert (result.width, result.height) == (100, 60)
    assert result.bytes == path.stat().st_size
    written = load(path)
    assert (written.width, written.height) == (100, 60)
    assert from_plain(json.loads(read_text(path)[RECIPE_KEY])["recipe"]) == recipe


def test_export_equals_the_preview_of_its_size(context: Context, recipe: Recipe, tmp_path: Path) -> None:
    (shown,) = frames(preview(Preview(recipe, (150,)), context))
    for dither in (True, False):
        drive(export(Export(recipe, Output(tmp_path / "out.png", 150, dither=dither, overwrite=True)), context))
        apart = np.abs(load(tmp_path / "out.png").pixels.astype(int) - shown.pixels[..., 2::-1].astype(int))
        assert apart.max() <= 1
        assert 0 < apart.mean() < 0.3 if dither else apart.mean() < 0.01  # rounded to 16 bits on the way


def test_sixteen_bits_stay_sixteen(context: Context, tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    photo = taken_in(context, tmp_path / "deep.png")
    drive(export(Export(Recipe((Layer(photo),)), Output(tmp_path / "out.tif")), context))
    assert np.array_equal(load(tmp_path / "out.tif").pixels, np.stack([ramp] * 3, 2))


def test_a_result_beyond_the_budget_is_refused(context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "2399")
    with pytest.raises(ImageTooLarge, match=r"out\.png"):
        drive(export(Export(recipe, Output(tmp_path / "out.png", 200)), context))


def test_export_finds_a_bad_target_before_it_renders(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_job, "painted", lambda *_: pytest.fail("it was rendered"))
    (tmp_path / "there.png").write_bytes(b"mine")
    for name, error in (("there.png", WouldOverwrite), ("no/such/folder.png", FolderMissing), ("out.xyz", UnknownFormat)):
        with pytest.raises(error):
            drive(export(Export(recipe, Output(tmp_path / name)), context))
    assert (tmp_path / "there.png").read_bytes() == b"mine"


def test_a_full_disk_leaves_no_half_file(context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "prints"
    folder.mkdir()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.api.atomic.os.fsync", full)
    with pytest.raises(DiskFull, match=r"out\.png"):
        drive(export(Export(recipe, Output(folder / "out.png", 50)), context))
    assert list(folder.iterdir()) == []


def test_thumbnail_is_small(context: Context, recipe: Recipe) -> None:
    (frame,) = frames(thumbnail(Thumbnail(recipe.layers[0].source, 50), context))
    assert frame.pixels.shape == (30, 50, 4)


def test_style_sample_shows_the_house_picture(context: Context, recipe: Recipe) -> None:
    style = recipe.layers[0].styles[0].style
    assert isinstance(style, PictureStyle)
    (frame,) = frames(style_sample(StyleSample(style.blob, "mine", 96), context))
    assert max(frame.pixels.shape) == 96


def test_warm_up_tells_what_the_engine_runs_on(context: Context) -> None:
    info, _ = drive(warm_up(WarmUp(), context))
    assert info.model == "sfumato-style"
    assert info.threads >= 1
    assert info.skipped_models == ()
