"""sfumato doctor: what this machine is and what Sfumato makes of it."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil
import typer

from engine.api import gallery
from engine.api.places import places
from engine.cli.options import Json

PACKAGES = ("torch", "PySide6-Essentials", "Pillow", "pillow-heif", "openvino")


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


def examine() -> dict[str, Any]:
    """The findings by title; lists are one line each."""
    from engine import device
    from engine.models import registry

    home = places()
    found = registry.find((home.models, registry.house_folder()))
    memory = psutil.virtual_memory()
    return {
        "sfumato": version("sfumato"),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}",
        "memory": f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free",
        "screen": "yes" if _has_screen() else "no: the studio needs one; all commands work without",
        "device": device.describe(),
        "packages": [f"{name} {_version(name)}" for name in PACKAGES],
        "models": [f"{manifest.id} ({manifest.architecture}), {manifest.path}" for manifest in found.models],
        "problems": [*found.skipped, *([] if found.models else ["No model was found: reinstall Sfumato."])],
        "styles": f"{len(gallery.cards())} in the gallery",
        "your_folder": f"{home.home} ({'there' if home.home.is_dir() else 'made when first needed'})",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed (optional)" if package == "openvino" else "is not installed"


def _has_screen() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
