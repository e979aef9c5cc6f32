"""sfumato doctor: what this machine is and what Sfumato makes of it. It works where nothing else does."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil
import typer

from engine.api import gallery
from engine.api.errors import SfumatoError
from engine.api.places import places
from engine.cli.options import Json

PACKAGES = ("torch", "PySide6-Essentials", "Pillow", "pillow-heif")
OPTIONAL = "openvino"

ENOUGH_DISK = 2e9
"""Bytes that a sitting may well fill with pictures and documents."""

Findings = dict[str, Any]


def doctor(as_json: Json = False) -> None:
    """Say what this machine is, which device is used, which models are found and what is missing."""
    findings = examine()
    if as_json:
        typer.echo(json.dumps(findings))
        return
    for title, value in findings.items():
        lines = value if isinstance(value, list) else [value]
        typer.echo(f"{title.replace('_', ' '):<14} {lines[0] if lines else 'none'}")
        for line in lines[1:]:
            typer.echo(f"{'':<14} {line}")


def examine() -> Findings:
    """The findings by title; lists are one line each. What is wrong is a sentence under `problems`."""
    memory = psutil.virtual_memory()
    problems: list[str] = []
    return {
        "sfumato": version("sfumato"),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}",
        "memory": f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free",
        "screen": "yes" if _has_screen() else "no: the studio needs one; all commands work without",
        "packages": _packages(problems),
        **_engine(problems),
        "styles": _styles(problems),
        "your_folder": _your_folder(problems),
        "problems": problems,
    }


def _packages(problems: list[str]) -> list[str]:
    lines = []
    for name in (*PACKAGES, OPTIONAL):
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} is not installed{' (optional)' if name == OPTIONAL else ''}")
            if name != OPTIONAL:
                problems.append(f"The package {name} is missing: install Sfumato again.")
    return lines


def _engine(problems: list[str]) -> Findings:
    """The device and the models, by way of torch."""
    try:
        from engine import device
        from engine.models import accelerated, codes, registry

        chosen = device.choose()
    except (ImportError, OSError) as error:
        problems.append(f"The engine cannot start ({str(error).partition(chr(10))[0]}): install Sfumato again.")
        return {}
    found = registry.installed()
    problems += [*chosen.notes, *found.skipped]
    house = next((manifest for manifest in found.models if manifest.id == registry.HOUSE_STYLIZER), None)
    if house is None:
        problems.append(f"No model called {registry.HOUSE_STYLIZER} was found: install Sfumato again.")
    try:
        made_for = codes.GalleryCodes.read(codes.gallery_codes_path()).fingerprint
        if house is not None and registry.fingerprint(house) != made_for:
            problems.append(f"The gallery's styles are of no use with {house.path}: they were made for another stylizer.")
    except SfumatoError as error:
        problems.append(str(error))
    used = accelerated.is_available() and chosen.name == "cpu"
    return {
        "device": device.describe(chosen),
        "speed": "OpenVINO renders the tiles of large pictures" if used else "torch alone: " + _why_torch_alone(chosen.name),
        "models": [f"{manifest.id} ({manifest.architecture}), {manifest.path}" for manifest in found.models],
    }


def _why_torch_alone(device: str) -> str:
    return "the speed extra is for processors" if device != "cpu" else "the speed extra (pip install 'sfumato[speed]') is not installed"


def _styles(problems: list[str]) -> str:
    try:
        return f"{len(gallery.cards())} in the gallery"
    except (OSError, ValueError, KeyError, TypeError) as error:
        problems.append(f"The gallery cannot be read ({error}): install Sfumato again.")
        return "none"


def _your_folder(problems: list[str]) -> str:
    home = places().home
    there = next(folder for folder in (home, *home.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    if free < ENOUGH_DISK:
        problems.append(f"The disk of {home} has only {free / 1e9:.1f} GB left: free some space.")
    if not os.access(there, os.W_OK):
        problems.append(f"The folder {there} cannot be written to: change its permissions, or set SFUMATO_HOME to another.")
    return f"{home} ({'there' if there == home else 'made when first needed'}), {free / 1e9:.1f} GB free"


def _has_screen() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
