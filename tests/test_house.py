"""The house's own order: licences, pins, versions, and no trace of the machine that a file was written on."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("desktop", "engine", "resources", "packaging", "tests", "benchmarks", "docs", ".ci")
TEXT_SUFFIXES = {"", ".py", ".md", ".toml", ".txt", ".json", ".svg", ".qss", ".csv", ".yml", ".yaml", ".spec", ".desktop", ".ini"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def project_files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")  # a file in a second working tree
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def notice_prefixes() -> list[str]:
    lines = (ROOT / "NOTICE").read_text(encoding="utf-8").splitlines()
    fields = [line.split(" · ") for line in lines if line.startswith("resources/")]
    assert fields, "NOTICE has no line for resources"
    assert all(len(field) == 3 and all(field) for field in fields), "a NOTICE line is: path-prefix · what · licence"
    return [field[0] for field in fields]


def is_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def test_every_resource_has_its_licence_in_notice() -> None:
    prefixes = notice_prefixes()
    data = [path.relative_to(ROOT).as_posix() for path in project_files() if path.suffix != ".py"]  # source code: LICENSE
    resources = [path for path in data if path.startswith("resources/")]
    assert resources
    assert [path for path in resources if not any(is_under(path, prefix) for prefix in prefixes)] == []


def test_every_line_of_notice_names_something() -> None:
    assert [prefix for prefix in notice_prefixes() if not (ROOT / prefix).exists()] == []


def test_no_file_names_a_place_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip():.100}"
        for path in project_files()
        if path.suffix in TEXT_SUFFIXES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_the_changelog_s_first_version_is_the_project_s() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert first is not None
    assert first[1] == PROJECT["version"]


def pinned() -> dict[str, str]:
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def test_every_dependency_is_pinned_within_its_range() -> None:
    pins = pinned()
    extras = PROJECT["optional-dependencies"]
    requirements = [Requirement(text) for text in (*PROJECT["dependencies"], *itertools.chain(*extras.values()))]
    wrong = [
        str(requirement)
        for requirement in requirements
        if requirement.name != PROJECT["name"] and not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]
    assert wrong == []


def test_bootstrap_installs_the_pinned_torch_and_knows_every_extra() -> None:
    import bootstrap

    assert f"torch=={pinned()['torch']}" == bootstrap.TORCH
    assert set(bootstrap.EXTRAS) == set(PROJECT["optional-dependencies"])


def test_the_folder_packaging_does_not_shadow_the_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
