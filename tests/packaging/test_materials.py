from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path

import numpy
import pytest

pytest.importorskip("cyclonedx", reason="the extra `package` is not installed")

import materials


@pytest.fixture(scope="module")
def made_of() -> tuple[materials.Material, ...]:
    return materials.materials([numpy.__file__, str(Path(__file__))])


def test_files_are_traced_to_who_made_them(made_of: tuple[materials.Material, ...]) -> None:
    named = {material.name: material for material in made_of}
    assert set(named) == {"numpy", "Python"}, "the project's own files are not others' software"
    assert named["numpy"].purl == f"pkg:pypi/numpy@{numpy.__version__}"
    assert "BSD" in named["numpy"].licence
    assert all(text.is_file() for text in named["numpy"].texts)


@pytest.mark.parametrize("name", ["av", "pillow-heif"])
def test_wheels_with_libraries_under_the_gpl_say_so(name: str) -> None:
    assert "GPL-2.0-or-later" in materials._licence(distribution(name))


@pytest.mark.parametrize("name", sorted(materials.OF_WHEELS))
def test_where_the_source_is_of_what_must_come_with_it(name: str) -> None:
    assert f"In the wheel of {name} (" in (Path(materials.__file__).parent / "SOURCES.txt").read_text(encoding="utf-8")


def test_the_bill_of_materials_is_cyclonedx(made_of: tuple[materials.Material, ...]) -> None:
    bill = json.loads(materials.bill_of_materials(made_of, "sfumato", "0.1.0"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "sfumato"
    assert {component["purl"] for component in bill["components"]} == {material.purl for material in made_of}


def test_every_licence_is_in_one_text(made_of: tuple[materials.Material, ...]) -> None:
    text = materials.licences(made_of)
    assert all(f"{material.name} {material.version}: {material.licence}" in text for material in made_of)
    assert "Redistribution and use in source and binary forms" in text
