"""sfumato doctor: what this machine is and what Sfumato makes of it. It works where nothing else does."""

from __future__ import annotations

import json
import locale
import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
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

ENOUGH_MEMORY = 1.5e9
"""Bytes that the studio takes with the engine warm and a photo of 24 megapixels open."""

SAME_START = 0.5
"""Seconds that two readings of when a process began may differ."""

Findings = dict[str, Any]


def doctor(as_json: Json = False) -> None:
    """Say what this machine is, which device is used, which models are found and what is missing."""
    findings = examine()
    if as_json:
        typer.echo(json.dumps(findings))
        return
    for title, value in findings.items():
        lines = value if isinstance(value, list) else [value]
        typer.echo(f"{title.replace('_', ' '):<15} {lines[0] if lines else 'none'}")
        for line in lines[1:]:
            typer.echo(f"{'':<15} {line}")


def examine() -> Findings:
    """The findings by title; lists are one line each. What is wrong is a sentence under `problems`."""
    problems: list[str] = []
    return {
        "sfumato": f"{version('sfumato')}, {_installed_as()}",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}",
        "memory": _memory(problems),
        "screen": _screen(),
        "language": f"{locale.setlocale(locale.LC_CTYPE)}, file names in {sys.getfilesystemencoding()}",
        "packages": _packages(problems),
        **_engine(problems),
        "styles": _styles(problems),
        "your_folder": _your_folder(problems),
        "temporary_files": _temporary_files(problems),
        "studio": _studio(),
        "crash_reports": [str(file) for file in _files(places().crashes, "crash-*.txt")],
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
    if device != "cpu":
        return "the speed extra is for processors"
    if getattr(sys, "frozen", False):
        return "the packaged program comes without OpenVINO"
    return "the speed extra (pip install 'sfumato[speed]') is not installed"


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
    reason = _why_unwritable(there)
    if reason:
        problems.append(f"The folder {there} cannot be written to ({reason}): change its permissions, or set SFUMATO_HOME to another.")
    return f"{home} ({'there' if there == home else 'made when first needed'}), {free / 1e9:.1f} GB free"


def _temporary_files(problems: list[str]) -> str:
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError:
        problems.append("There is no folder for temporary files: free some space, or set TMPDIR to a folder that can be written to.")
        return "none"
    return f"{folder}, {shutil.disk_usage(folder).free / 1e9:.1f} GB free"


def _why_unwritable(folder: Path) -> str:
    """Found by trying: permissions do not tell of a file system that is read-only, or of a superuser's rights."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return (error.strerror or str(error)).lower()


def _installed_as() -> str:
    folder = Path(sys.executable).parent if getattr(sys, "frozen", False) else Path(__file__).parents[2]
    return f"{'the packaged program' if getattr(sys, 'frozen', False) else 'run by Python'} in {folder}"


def _memory(problems: list[str]) -> str:
    """What is free on the machine, and less where this process may not take all of it."""
    from engine.device import free_memory

    memory, free = psutil.virtual_memory(), free_memory()
    if free < ENOUGH_MEMORY:
        problems.append(f"Only {free / 1e9:.1f} GB of memory are free: close other programs before you work on large pictures.")
    bounded = "" if free > 0.9 * memory.available else f"; this process may take {free / 1e9:.1f} GB"
    return f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free{bounded}"


def _screen() -> str:
    if sys.platform != "linux":
        return "yes"
    for name, kind in (("WAYLAND_DISPLAY", "Wayland"), ("DISPLAY", "X11")):
        if value := os.environ.get(name):
            return f"yes: {kind} ({value})"
    return "no: the studio needs one; all commands work without"


def _studio() -> str:
    """Whether a studio is open on the user's folder: each keeps a file that is named for its process, `<pid>-<start in milliseconds>`."""
    for file in _files(places().crashes, "*-*.txt"):
        pid, _, started = file.stem.partition("-")
        if _is_process(pid, started):
            return f"open (process {pid})"
    left = len(_files(places().recovery, "*.json"))
    return "not open" + (f"; unsaved documents that it will offer: {left}" if left else "")


def _is_process(pid: str, started: str) -> bool:
    """Whether the process runs; a number that went to another process since does not count."""
    if not (pid.isdecimal() and started.isdecimal()):
        return False
    try:
        return abs(psutil.Process(int(pid)).create_time() - int(started) / 1000) < SAME_START
    except (psutil.Error, OverflowError):  # gone, or another user's
        return False


def _files(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
