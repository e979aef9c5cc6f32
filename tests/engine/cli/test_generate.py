from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.errors import BadRequest
from engine.api.latent import Latent, ModelKey
from engine.api.places import places
from engine.cli.generate import parse_seeds
from engine.imaging.files import read_text
from engine.jobs.export import recipe_in
from engine.latent.code_file import write_code
from engine.models import registry
from tests.engine.cli.commands import CommandLine
from tests.tiny import write_tiny_generator


@pytest.fixture(autouse=True)
def _model(house: Path) -> None:
    write_tiny_generator(places().models, "mine")


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_folder_gets_a_picture_for_each_seed_and_a_grid(sfumato: CommandLine, tmp_path: Path) -> None:
    said = sfumato("generate", "--model", "mine", "--seeds", "0-4", "-o", tmp_path / "new", "--grid", "--json")
    assert said.code == 0, said.err
    names = [f"mine-000{seed}.png" for seed in range(5)]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [*names, "mine-grid.png"]
    grid = pixels(tmp_path / "new" / "mine-grid.png")
    assert grid.shape == (32, 48, 3)
    for index, name in enumerate(names):
        top, left = index // 3 * 16, index % 3 * 16
        assert np.array_equal(grid[top : top + 16, left : left + 16], pixels(tmp_path / "new" / name))
    finished = said.events[-1]
    assert (len(finished["paths"]), finished["size"]) == (5, 16)


def test_a_seed_is_a_picture(sfumato: CommandLine, tmp_path: Path) -> None:
    for name, seeds in (("a", "3"), ("b", "2-4"), ("c", "4")):
        assert sfumato("generate", "--model", "mine", "--seeds", seeds, "-o", tmp_path / name).code == 0
    same, other = pixels(tmp_path / "b" / "mine-0003.png"), pixels(tmp_path / "b" / "mine-0004.png")
    assert np.array_equal(pixels(tmp_path / "a" / "mine-0003.png"), same)
    assert np.array_equal(pixels(tmp_path / "c" / "mine-0004.png"), other)
    assert not np.array_equal(same, other)


def test_a_seeds_picture_carries_the_recipe_that_makes_it_again(sfumato: CommandLine, tmp_path: Path) -> None:
    said = sfumato("generate", "--model", "mine", "--seeds", "3", "--truncation", 0.5, "-o", tmp_path / "new")
    assert said.code == 0, said.err
    made = tmp_path / "new" / "mine-0003.png"
    recipe = recipe_in(read_text(made))
    assert recipe is not None
    source = recipe.layers[0].source
    assert isinstance(source, Latent)
    assert (source.model.id, source.code, source.truncation) == ("mine", 3, 0.5)
    said = sfumato("render", made, "-o", tmp_path / "again.png", "--size", 16)
    assert said.code == 0, said.err
    assert np.array_equal(pixels(tmp_path / "again.png"), pixels(made))


def test_truncation_draws_pictures_together(sfumato: CommandLine, tmp_path: Path) -> None:
    spread = []
    for truncation in (1, 0.2):
        out = tmp_path / str(truncation)
        assert sfumato("generate", "--model", "mine", "--seeds", "0-7", "--truncation", truncation, "-o", out).code == 0
        spread.append(np.stack([pixels(path).astype(float) for path in sorted(out.iterdir())]).std(0).mean())
    assert spread[1] < spread[0]


def test_a_file_is_one_picture_or_the_grid_at_any_size(sfumato: CommandLine, tmp_path: Path) -> None:
    model = places().models / "mine.safetensors"
    said = sfumato("generate", "--model", model, "--seeds", 9, "--size", 40, "-o", tmp_path / "one.jpg")
    assert said.code == 0, said.err
    assert pixels(tmp_path / "one.jpg").shape == (40, 40, 3)
    assert said.out.startswith(f"{tmp_path / 'one.jpg'} (1 picture, 40 × 40 px")
    assert sfumato("generate", "--model", "mine", "--seeds", "1,5,7-8", "--size", 8, "--grid", "-o", tmp_path / "grid.png").code == 0
    assert pixels(tmp_path / "grid.png").shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--seeds", "a-b", "-o", "x"), "whole numbers"),
        (("--seeds", "5-1", "-o", "x"), "upward"),
        (("--seeds", "0-3", "-o", "x.png"), "name a folder, or add --grid"),
        (("--seeds", "1,1", "-o", "x"), "named twice"),
        (("--seeds", "1", "-o", "x", "--truncation", "9"), "between 0 and 2"),
        (("--seeds", "1", "-o", "x", "--size", "0"), "at least 1 pixel"),
        (("--seeds", "1", "-o", "x.doc"), "no picture format"),
        (("--seeds", "1", "-o", "x", "--model", "nobody"), "no model called nobody"),
    ],
)
def test_bad_options_are_refused(
    sfumato: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    assert part in sfumato("generate", *(() if "--model" in words else ("--model", "mine")), *words).sentence(2)
    assert {path for path in tmp_path.rglob("*.*") if path.suffix != ".safetensors" and path.parent == tmp_path} <= before


def test_a_stylizer_generates_nothing(sfumato: CommandLine, tmp_path: Path) -> None:
    assert "sfumato-style is a stylizer, not a generator" in sfumato(
        "generate", "--model", "sfumato-style", "--seeds", "1", "-o", tmp_path / "x"
    ).sentence(1)


def test_seeds_are_numbers_and_ranges() -> None:
    assert parse_seeds("7") == (7,)
    assert parse_seeds("0-3, 9,5-5") == (0, 1, 2, 3, 9, 5)
    for text in ("", "-1", "1-", "1--3", "0-99999999", "²", str(2**40)):
        with pytest.raises(BadRequest):
            parse_seeds(text)


def test_models_list_and_show_know_generators(sfumato: CommandLine) -> None:
    (places().models / "mine.training.safetensors").write_bytes(b"what it is trained on with is no model")
    said = sfumato("models", "list")
    assert said.code == 0
    assert said.err == ""
    assert any(line.split()[:2] == ["mine", "generator"] for line in said.out.splitlines())
    assert sfumato("models", "show", "mine").out.startswith("mine: a style-based generator of 16 × 16 px\n")


def code_file(path: Path, seed: int = 3) -> Path:
    """The code of a seed with the truncation that `generate` has."""
    manifest = registry.read_manifest(places().models / "mine.safetensors")
    write_code(path, Latent.of_seed(ModelKey("mine", registry.fingerprint(manifest)), seed, 0.8), None)
    return path


def test_a_code_file_is_its_seeds_picture_and_carries_its_recipe(sfumato: CommandLine, tmp_path: Path) -> None:
    code = code_file(tmp_path / "friend.safetensors")
    assert sfumato("generate", "--model", "mine", "--seeds", "3", "-o", tmp_path / "seeds").code == 0
    said = sfumato("generate", code, "-o", tmp_path / "out", "--json")
    assert said.code == 0, said.err
    assert said.events[-1]["paths"] == [str(tmp_path / "out" / "friend.png")]
    assert np.array_equal(pixels(tmp_path / "out" / "friend.png"), pixels(tmp_path / "seeds" / "mine-0003.png"))
    recipe = recipe_in(read_text(tmp_path / "out" / "friend.png"))
    assert recipe is not None and isinstance(recipe.layers[0].source, Latent)
    assert sfumato("generate", code, "--size", "40", "-o", tmp_path / "big.png").code == 0
    assert pixels(tmp_path / "big.png").shape == (40, 40, 3)


def test_a_code_of_another_version_is_refused_and_converted_on_demand(sfumato: CommandLine, tmp_path: Path) -> None:
    code = code_file(tmp_path / "friend.safetensors")
    write_tiny_generator(places().models, "mine", seed=7)
    assert "convert it" in sfumato("generate", code, "-o", tmp_path / "x.png").sentence(2)
    assert sfumato("generate", code, "--model", "mine", "-o", tmp_path / "x.png").code == 0


def test_a_code_and_seeds_exclude_each_other(sfumato: CommandLine, tmp_path: Path) -> None:
    code = code_file(tmp_path / "friend.safetensors")
    for words in ((), (code, "--seeds", "1")):
        assert "either a code file, or seeds" in sfumato("generate", *words, "-o", tmp_path / "x.png").sentence(2)
    assert "one picture" in sfumato("generate", code, "--grid", "-o", tmp_path / "x.png").sentence(2)
    model = places().models / "mine.safetensors"
    assert "it is a model" in sfumato("generate", model, "-o", tmp_path / "x.png").sentence(1)
