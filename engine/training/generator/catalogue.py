"""What the folders of runs tell of them, read without their tensors: for a list of runs, and for the charts of one; and their removal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.api.errors import BadRequest, FolderMissing, NotWritable, SfumatoError
from engine.api.manifest import Manifest
from engine.api.training import Curve, Judged, PreviewGrid, RunDescription, RunHistory
from engine.training.generator.claim import LOCK_FILE, claimed
from engine.training.generator.config import TrainGenerator
from engine.training.generator.dataset import INDEX_FILE, PIXELS_FILE
from engine.training.generator.runs import CONFIG_FILE, Run, numbered_runs
from engine.training.generator.verdicts import watched

_NOT_CURVES = frozenset({"step", "seen", "seconds", "watch"})


# ---- all runs ----


def describe_all(runs: Path, models: Iterable[Manifest]) -> tuple[RunDescription, ...]:
    """The runs NAME/001 … below a folder, the one that was saved last first; those that hold no checkpoint come at the end."""
    made = {manifest.id: manifest for manifest in models}
    found = [replace(describe(folder, made), bytes=size_of(folder)) for folder in _folders(runs)]
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda run: (run.saved_at or never, run.name, run.number), reverse=True))


def _folders(runs: Path) -> list[Path]:
    try:
        names = sorted(path for path in runs.iterdir() if path.is_dir())
    except OSError:
        return []
    return [folder for name in names for folder in numbered_runs(name)]


def describe(folder: Path, models: Mapping[str, Manifest]) -> RunDescription:
    """One run; never raises: what is wrong with it is its `obstacle`."""
    bare = RunDescription(folder.parent.name, int(folder.name), folder, None, None, 0, 0, 0, 0.0, None, None, "", None)
    try:
        return _described(bare, models)
    except (SfumatoError, OSError) as error:
        return replace(bare, obstacle=str(error))
    except (LookupError, TypeError, ValueError, AttributeError):  # JSON, but not what a run writes
        return replace(bare, obstacle=f"{folder}: its files are damaged; begin a new run.")


def _described(bare: RunDescription, models: Mapping[str, Manifest]) -> RunDescription:
    """Raises where something is missing or damaged; `describe` says it."""
    run = Run(bare.folder)
    obstacle = why_not_resumable(run)
    if not (run.folder / CONFIG_FILE).is_file():
        return replace(bare, obstacle=obstacle or f"{run.folder}: its {CONFIG_FILE} is gone; begin a new run.")
    network = TrainGenerator.from_plain(run.read_config()).network
    known = replace(bare, kind=network.kind, size=network.size, pictures=_pictures(run, network.size), obstacle=obstacle)
    if not run.has_checkpoint:
        return known
    path, metadata = run.newest_metadata()
    state = metadata["state"]
    verdict = _last_verdict(run, metadata["step"])
    return replace(
        known,
        steps=int(state["step"]),
        seen=int(state["seen"]),
        seconds=float(state["seconds"]),
        saved_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        state=verdict.get("state"),
        sentence=verdict.get("sentence", ""),
        **_model(bare.name, metadata, models),
    )


def why_not_resumable(run: Run) -> str:
    """A sentence where a part of the run is missing; else empty. What is inside the parts is not looked at."""
    prepared = (run.folder / INDEX_FILE).is_file() and (run.folder / PIXELS_FILE).is_file()
    if prepared and run.has_checkpoint:
        return ""
    if run.has_checkpoint:
        return f"{run.folder}: its prepared pictures are gone; begin a new run."
    when = "before its first checkpoint" if prepared else "while its pictures were being prepared"
    return f"{run.folder}: it ended {when}; begin a new run."


def _pictures(run: Run, size: int) -> int:
    """By the size of the file: the index of a large set takes a second to read."""
    path = run.folder / PIXELS_FILE
    return path.stat().st_size // (3 * size**2) if path.is_file() else 0


def _last_verdict(run: Run, step: int) -> dict[str, Any]:
    verdicts = [line["watch"] for line in run.metrics() if "watch" in line and line["step"] <= step]
    return dict(verdicts[-1]) if verdicts else {}


def _model(name: str, metadata: Mapping[str, Any], models: Mapping[str, Manifest]) -> dict[str, Any]:
    """The id of the model that was made of a run, and its steps. Runs that agree in options and pictures make the same: which it was is no
    matter."""
    manifest = models.get(name)
    if manifest is None or not manifest.path.is_file():
        return {}
    origin = manifest.provenance
    same = origin.get("data_hash") == metadata["data_hash"] and origin.get("recipe") == metadata["options"]
    steps = int(origin.get("steps", 0))
    return {"model": name, "model_steps": steps} if same and steps <= metadata["step"] else {}


# ---- what a run takes, and its end ----


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder; what goes meanwhile does not count."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.lstat().st_size if not path.is_dir() else 0
    return total


def delete(folder: Path, runs: Path) -> int:
    """Remove one of the runs below `runs`, NAME/001, and NAME where it was the last one; returns the bytes that came free.

    Raises BadRequest for a folder that is none of them, or that is being trained, and NotWritable where a file of it stays.
    """
    if folder not in _folders(runs):
        raise BadRequest(folder, "it is no training of yours, and is left as it is")
    try:
        with claimed(folder, "it is being trained: pause it first"):
            freed = size_of(folder)
            _empty(folder)
            if os.name != "nt":
                _remove_emptied(folder)
        if os.name == "nt":  # no open file can be removed there, neither this program's nor that of a training that has begun by now
            _remove_emptied(folder)
    except OSError as error:
        raise NotWritable(error.filename or folder, error.strerror or str(error)) from error
    with suppress(OSError):
        folder.parent.rmdir()  # not empty where there are other runs of the name
    return freed


def _empty(folder: Path) -> None:
    """All but the lock, so that no training begins meanwhile; of a link nothing."""
    for path in () if folder.is_symlink() else folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()


def _remove_emptied(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        (folder / LOCK_FILE).unlink(missing_ok=True)
        folder.rmdir()


# ---- one run ----


def history(folder: Path) -> RunHistory:
    """The course of the run in a folder; raises FolderMissing. A line that is not what a run writes is passed over."""
    if not folder.is_dir():
        raise FolderMissing(folder)
    run = Run(folder)
    points: dict[str, dict[int, float]] = {}
    verdicts: dict[int, Judged] = {}
    for line in run.metrics():
        with suppress(LookupError, TypeError, ValueError):
            seen = int(line["seen"])
            if "watch" in line:
                verdicts[seen] = Judged(seen, watched(line["watch"], run, seen))
            for name in line.keys() - _NOT_CURVES:
                points.setdefault(name, {})[seen] = float(line[name])  # after a crash two lines may tell of one step: they agree
    curves = {name: Curve(tuple(sorted(of)), tuple(of[seen] for seen in sorted(of))) for name, of in sorted(points.items())}
    grids = tuple(PreviewGrid(seen, path) for seen, path in run.grids())
    return RunHistory(folder, curves, tuple(verdicts[seen] for seen in sorted(verdicts)), grids)
