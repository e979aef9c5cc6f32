"""The release workflow runs elsewhere; what it names must be here."""

from __future__ import annotations

import re
from pathlib import Path

import build

ROOT = Path(__file__).parents[2]
WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
README = (ROOT / "packaging" / "README.md").read_text(encoding="utf-8")


def test_every_secret_is_explained() -> None:
    secrets = set(re.findall(r"secrets\.([A-Z_]+)", WORKFLOW))
    assert {"GPG_PRIVATE_KEY", "MACOS_CERTIFICATE", "APPLE_ID", "WINDOWS_CERTIFICATE"} <= secrets
    assert [secret for secret in secrets if f"`{secret}`" not in README] == []


def test_the_scripts_that_it_runs_are_there() -> None:
    named = {name.replace("\\", "/") for name in re.findall(r"packaging[/\\][\w/\\]+\.(?:py|ps1)", WORKFLOW)}
    assert named == {"packaging/build.py", "packaging/windows/sign.ps1"}
    assert all((ROOT / name).is_file() for name in named)


def test_the_options_that_it_uses_exist() -> None:
    for line in re.findall(r"packaging[/\\]build\.py([^\n]*)", WORKFLOW):
        build.parse(line.split())  # ends the process where an option is unknown


def test_all_three_systems_are_built() -> None:
    assert re.findall(r"^  (\w+):\n", WORKFLOW.partition("jobs:\n")[2], re.MULTILINE) == ["linux", "macos", "windows", "release"]
    assert set(build.SPECS.values()) == {file.name for file in (ROOT / "packaging").glob("*.spec")}
