from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from engine.api.errors import BadRequest, CodeDamaged, FileMissing, FolderMissing, OtherModel, UnknownModel, WouldOverwrite
from engine.api.events import Frame
from engine.api.exploring import ConvertLatent, OpenGenerator, ReadCode, Visit, WriteCode
from engine.api.latent import Bend, Latent, ModelKey, Morph, Styles
from engine.context import Context
from engine.jobs import explore
from engine.latent.code_file import is_code_file
from engine.models import checkpoint
from engine.models.generators import GeneratorModel
from tests.tiny import drive, write_tiny_generator


@pytest.fixture
def code(model: GeneratorModel, context: Context) -> Latent:
    """With all that a code can have."""
    change = {"levels.0.conv.bias": torch.ones(model.network.state_dict()["levels.0.conv.bias"].shape)}
    tuning = context.blobs.add(save(change))
    styles = Styles.of(np.random.default_rng(0).normal(size=(6, 8)))
    return Latent(model.key, styles, 0.9, 4, (Bend("blur", 0.5, 8),), tuning, 500, "a friend")


def test_a_code_file_brings_everything_back_on_another_machine(code: Latent, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "friend.safetensors"
    drive(explore.write_code(WriteCode(code, file), context))
    assert is_code_file(file)
    assert code.tuning is not None
    context.blobs.path(code.tuning).unlink()
    read, _ = drive(explore.read_code(ReadCode(file), context))
    assert read == code
    assert context.blobs.holds(code.tuning)


def test_a_seed_is_kept_as_a_seed(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    code = Latent.of_seed(model.key, 12, 0.5)
    drive(explore.write_code(WriteCode(code, tmp_path / "a.safetensors"), context))
    assert drive(explore.read_code(ReadCode(tmp_path / "a.safetensors"), context))[0] == code


def test_a_file_that_cannot_be_written_is_named(code: Latent, context: Context, tmp_path: Path) -> None:
    (tmp_path / "there.safetensors").write_bytes(b"mine")
    for path, error in (
        (tmp_path / "code.png", BadRequest),
        (tmp_path / "nowhere" / "code.safetensors", FolderMissing),
        (tmp_path / "there.safetensors", WouldOverwrite),
    ):
        with pytest.raises(error):
            drive(explore.write_code(WriteCode(code, path), context))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["there.safetensors"]


def test_a_code_of_another_version_is_named_and_converted_on_demand(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "code.safetensors"
    code = Latent.of_seed(model.key, 3)
    drive(explore.write_code(WriteCode(code, file), context))
    context.models.add(write_tiny_generator(context.places.models, "mine", seed=8))
    with pytest.raises(OtherModel, match="another version of it"):
        drive(explore.read_code(ReadCode(file), context))
    converted, _ = drive(explore.read_code(ReadCode(file, convert_to="mine"), context))
    assert converted == replace(code, model=context.models.generator("mine").key)
    assert drive(explore.convert_latent(ConvertLatent(code, "mine"), context))[0] == converted


def test_a_code_of_a_model_that_is_gone_names_it(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "code.safetensors"
    drive(explore.write_code(WriteCode(replace(Latent.of_seed(model.key, 3), model=ModelKey("gone", "0" * 64)), file), context))
    with pytest.raises(UnknownModel, match="gone"):
        drive(explore.read_code(ReadCode(file), context))


def _metadata(**changed: Any) -> dict[str, Any]:
    latent = {"kind": "latent", "model": {"id": "mine", "hash": "0"}, "code": 3, "truncation": 1, "noise": 0, "bends": []}
    return {"kind": "latent code", "format": 1, "latent": latent | {"tuning": None, "side": 9, "name": ""} | changed}


@pytest.mark.parametrize(
    ("metadata", "tensors", "part"),
    [
        ({}, {}, "says nothing of a code"),
        ({"architecture": "generator"}, {}, "it is a model"),
        ({"kind": "latent code", "format": 2}, {}, "format 2"),
        ({"kind": "latent code", "format": 1}, {}, "'latent'"),
        (_metadata(code=-1), {}, "The seed -1"),
        (_metadata(truncation=9), {}, "The truncation 9"),
        (_metadata(truncation="much"), {}, "could not convert"),
        (_metadata(code=None), {}, "'w'"),
        (_metadata(code=None), {"w": torch.zeros(4)}, "the shape (4,)"),
        (_metadata(code=None), {"w": torch.full((2, 2), torch.nan)}, "not finite"),
        (_metadata(bends=[{"kind": "eat"}]), {}, "no kind of bend"),
    ],
)
def test_a_file_without_a_code_says_so(
    context: Context, tmp_path: Path, metadata: dict[str, Any], tensors: dict[str, torch.Tensor], part: str
) -> None:
    file = tmp_path / "odd.safetensors"
    checkpoint.write(file, tensors, metadata)
    with pytest.raises(CodeDamaged) as raised:
        drive(explore.read_code(ReadCode(file), context))
    assert str(file) in str(raised.value) and part in str(raised.value)


def test_what_is_no_such_file_is_told(context: Context, tmp_path: Path) -> None:
    (tmp_path / "cut.safetensors").write_bytes(b"123")
    with pytest.raises(CodeDamaged):
        drive(explore.read_code(ReadCode(tmp_path / "cut.safetensors"), context))
    with pytest.raises(FileMissing):
        drive(explore.read_code(ReadCode(tmp_path / "none.safetensors"), context))
    assert not is_code_file(tmp_path / "cut.safetensors")


def test_a_visit_shows_a_glance_and_then_the_picture(model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "LIGHT", 8)  # as of a generator that takes its time
    a, b = Latent.of_seed(model.key, 1), Latent.of_seed(model.key, 2)
    place, frames = drive(explore.visit(Visit(Morph(a, b, 0.3, "between"), sides=(8, 4000)), context))
    assert [step.pixels.shape for step in frames if isinstance(step, Frame)] == [(8, 8, 4), (16, 16, 4)]
    again, kept = drive(explore.visit(Visit(place, sides=(4000,)), context))
    assert again == place and place.name == "between"
    assert np.array_equal(kept[0].pixels, frames[1].pixels)


def test_a_light_generators_picture_comes_whole_at_once(model: GeneratorModel, context: Context) -> None:
    """Its lower levels may look like another picture; where no more than they is wanted, they are shown."""
    code = Latent.of_seed(model.key, 1)
    assert [step.pixels.shape for step in visited(code, (8, 4000), context)] == [(16, 16, 4)]
    assert [step.pixels.shape for step in visited(code, (4, 8), context)] == [(4, 4, 4), (8, 8, 4)]


def visited(code: Latent, sides: tuple[int, ...], context: Context) -> list[Frame]:
    _, said = drive(explore.visit(Visit(code, sides), context))
    return [step for step in said if isinstance(step, Frame)]


@pytest.mark.parametrize("bends", [(), (Bend("blur", 0.5, 8),)])
def test_a_draft_is_a_few_levels_off_at_the_most(model: GeneratorModel, context: Context, bends: tuple[Bend, ...]) -> None:
    device = replace(context.device, precision="bfloat16")
    place = replace(Latent.of_seed(model.key, 1), bends=bends)
    _, (exact,) = drive(explore.visit(Visit(place, (16,)), context))
    _, (draft,) = drive(explore.visit(Visit(place, (16,), draft=True), replace(context, device=device)))
    difference = np.abs(exact.pixels.astype(int) - draft.pixels)
    assert difference.mean() < 2 and difference.max() < 24


def test_a_generator_says_what_it_is(model: GeneratorModel, context: Context) -> None:
    info, _ = drive(explore.open_generator(OpenGenerator("mine"), context))
    assert (info.key, info.size, info.sides, len(info.groups), info.width) == (model.key, 16, (4, 8, 16), 6, 8)
