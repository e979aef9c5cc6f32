from __future__ import annotations

from pathlib import Path

import av
import pytest

from engine.api.latent import Latent, ModelKey
from engine.api.places import places
from engine.latent.code_file import write_code
from engine.models import registry
from tests.engine.cli.commands import CommandLine
from tests.tiny import picture_file, write_tiny_generator


@pytest.fixture(autouse=True)
def key(house: Path) -> ModelKey:
    return ModelKey("mine", registry.fingerprint(registry.read_manifest(write_tiny_generator(places().models, "mine"))))


def test_a_morph_of_seeds_and_a_code_is_a_film(sfumato: CommandLine, tmp_path: Path, key: ModelKey) -> None:
    code = tmp_path / "friend.safetensors"
    write_code(code, Latent.of_seed(key, 9), None)
    said = sfumato("morph", 1, code, 2, "-o", tmp_path / "film.mp4", "--frames", 10, "--fps", 12, "--loop", "--size", 48, "--json")
    assert said.code == 0, said.err
    assert {key: said.events[-1][key] for key in ("event", "frames", "size")} == {"event": "finished", "frames": 10, "size": 48}
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert len(list(container.decode(video=0))) == 10
    assert sfumato("morph", 1, 2, "--model", "mine", "-o", tmp_path / "frames", "--frames", 3, "--easing", "gentle").code == 0
    assert len(list((tmp_path / "frames").iterdir())) == 3


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("1",), 2, "at least two"),
        (("1", "2", "--frames", "0"), 2, "between 1 and 20000"),
        (("1", "2", "--frames", "1000000"), 2, "between 1 and 20000"),
        (("1", "nowhere.safetensors"), 1, "nowhere.safetensors does not exist"),
        (("1", "nowhere.jpg"), 1, "nowhere.jpg does not exist"),
        (("1", str(2**32)), 2, "4294967295 at the most"),
        (("1", "2", "--size", "0"), 2, "between 1 and 4096"),
        (("1", "2", "-o", "film.avi"), 2, ".mp4 or .gif"),
    ],
)
def test_what_makes_no_film_is_refused(
    sfumato: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    out = () if "-o" in words else ("-o", "film.mp4")
    assert part in sfumato("morph", *words, *out, "--model", "mine").sentence(code)
    assert list(tmp_path.glob("*.mp4")) == []


def test_directions_are_listed_and_drawn(sfumato: CommandLine, tmp_path: Path) -> None:
    said = sfumato("directions", "--model", "mine", "-o", tmp_path / "sheets", "--count", 3, "--pictures", 2, "--json")
    assert said.code == 0, said.err
    found = said.events[-1]["directions"]
    names = [f"Direction {number} of its weights" for number in (1, 2, 3)]
    assert [way["name"] for way in found] == names and len(found[0]["step"]) == 8
    assert sorted(path.stem for path in (tmp_path / "sheets").iterdir()) == [name.lower().replace(" ", "-") for name in names]
    said = sfumato("directions", "--model", "mine", "--kind", "ganspace", "--count", 2)
    assert [line.rsplit(maxsplit=1)[0].rstrip() for line in said.out.splitlines()] == [
        f"Direction {number} of its pictures" for number in (1, 2)
    ]
    assert "between 1 and 8" in sfumato("directions", "--model", "mine", "--count", 9).sentence(2)


def test_a_photo_becomes_a_code_that_generate_and_morph_take(sfumato: CommandLine, tmp_path: Path) -> None:
    photo, code = picture_file(tmp_path / "friend.png", 20, 16), tmp_path / "friend.safetensors"
    said = sfumato("invert", photo, "--model", "mine", "-o", code, "--steps", 6, "--tuning", 3, "--json")
    assert said.code == 0, said.err
    assert 0 <= said.events[-1]["likeness"] <= 1 and said.events[-1]["psnr"] > 0
    assert sfumato("generate", code, "-o", tmp_path / "again.png").code == 0
    assert sfumato("morph", 1, code, "-o", tmp_path / "film", "--frames", 3, "--model", "mine").code == 0
    assert len(list((tmp_path / "film").iterdir())) == 3


def test_what_cannot_be_inverted_is_refused(sfumato: CommandLine, tmp_path: Path) -> None:
    photo = picture_file(tmp_path / "friend.png", 20, 16)
    assert "must end with .safetensors" in sfumato("invert", photo, "-o", tmp_path / "code.png").sentence(2)
    assert "does not exist" in sfumato("invert", photo, "-o", tmp_path / "nowhere" / "code.safetensors").sentence(1)
    out = tmp_path / "code.safetensors"
    assert "no model called nobody" in sfumato("invert", photo, "-o", out, "--model", "nobody").sentence(2)
    assert "between 1 and 5000" in sfumato("invert", photo, "-o", out, "--model", "mine", "--steps", 0).sentence(2)
    assert not out.exists()
