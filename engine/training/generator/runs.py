"""A run's folder: numbered beside its sisters, with its exact configuration, checkpoints, metrics and preview grids.

NAME/001/config.json         the configuration, and NAME/001/pictures.* the prepared pictures
NAME/001/metrics.jsonl       one line a report
NAME/001/grid-00012800.png   the same latents, that many pictures into the run
NAME/001/checkpoints/        the last three, and the best by the watch
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.api.atomic import PARTS, atomic_file, make_folder
from engine.api.errors import BadRequest, ModelDamaged
from engine.models import checkpoint
from engine.training.generator.claim import LOCK_FILE, claimed, is_claimed
from engine.training.generator.dataset import INDEX_FILE, PIXELS_FILE

KEPT = 3
"""How many checkpoints stay: with one, a crash of the disk at the wrong moment would cost the run."""

CONFIG_FILE, METRICS_FILE, BEST_FILE = "config.json", "metrics.jsonl", "best.safetensors"

_EARLY = frozenset({PIXELS_FILE, INDEX_FILE, CONFIG_FILE, METRICS_FILE})
"""What a run writes before its first checkpoint."""


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint file holds; `notes` says what was wrong with newer ones."""

    path: Path
    tensors: dict[str, Tensor]
    metadata: dict[str, Any]
    notes: tuple[str, ...] = ()


def next_run(parent: Path) -> Path:
    """The folder of a new run beside the earlier ones: 001, 002, … It is the last one where that was killed before its first checkpoint."""
    runs = numbered_runs(parent)
    if runs and Run(runs[-1]).is_left_over:
        return runs[-1]
    return parent / f"{int(runs[-1].name) + 1 if runs else 1:03d}"


def latest_run(parent: Path) -> Path:
    """The folder of the newest run that got as far as a checkpoint; raises BadRequest where there is none."""
    for folder in reversed(numbered_runs(parent)):
        if Run(folder).has_checkpoint:
            return folder
    if begun := numbered_runs(parent):
        raise BadRequest(parent, f"there is no run to resume: {begun[-1].name} ended before its first checkpoint; begin a new run")
    raise BadRequest(parent, "there is no run to resume")


def numbered_runs(parent: Path) -> list[Path]:
    """The folders 001, 002, … of a model's runs, the oldest first."""
    folders = [path for path in parent.glob("[0-9]*") if path.name.isdecimal() and path.is_dir()] if parent.is_dir() else []
    return sorted(folders, key=lambda path: int(path.name))


class Run:
    """Reads and writes one run's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkpoints = folder / "checkpoints"

    @property
    def has_checkpoint(self) -> bool:
        return bool(self._files())

    @property
    def is_left_over(self) -> bool:
        """Whether it is what a program leaves that was killed before the first checkpoint, and nothing else."""
        here = {path.name for path in self.folder.iterdir()} - _EARLY - {LOCK_FILE, self.checkpoints.name}
        there = {path.name for path in self.checkpoints.iterdir()} if self.checkpoints.is_dir() else set()
        return all(fnmatch(name, PARTS) for name in here | there) and not is_claimed(self.folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other programs out of the run; clear away what a killed one left, and at the end the run, if it has no checkpoint by then.

        Raises BadRequest where another program is training it, and NotWritable or DiskFull.
        """
        made = [folder for folder in (self.folder, self.folder.parent) if folder == self.folder or not folder.exists()]
        try:
            with claimed(self.folder):
                self._clear()
                try:
                    yield
                finally:
                    self._remove_unless_begun()
        finally:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()  # where the run has begun, or is another program's, it is not empty

    @property
    def best_file(self) -> Path:
        return self.checkpoints / BEST_FILE

    def grid_file(self, seen: int) -> Path:
        return self.folder / f"grid-{seen:08d}.png"

    def grids(self) -> list[tuple[int, Path]]:
        """(pictures seen, file) of every preview grid, the first one first."""
        numbers = ((path.stem.removeprefix("grid-"), path) for path in self.folder.glob("grid-*.png"))
        return sorted((int(number), path) for number, path in numbers if number.isdecimal())

    def suspects_file(self, seen: int) -> Path:
        return self.folder / f"suspects-{seen:08d}.png"

    # ---- checkpoints ----

    def save(self, step: int, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> Path:
        """Write a checkpoint whole or not at all, and let go of all but the last three. Raises DiskFull or NotWritable."""
        make_folder(self.checkpoints)
        path = self.checkpoints / f"step-{step:09d}.safetensors"
        checkpoint.write(path, tensors, metadata)
        for old in [file for file in self._files() if file <= path][:-KEPT]:
            old.unlink(missing_ok=True)
        return path

    def save_best(self, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
        make_folder(self.checkpoints)
        checkpoint.write(self.best_file, tensors, metadata)

    def newest(self) -> Checkpoint:
        """The newest checkpoint that can be read; raises BadRequest where there is none."""
        notes: list[str] = []
        for path in reversed(self._files()):
            try:
                tensors, metadata = checkpoint.read(path)
            except ModelDamaged as error:
                notes.append(f"The checkpoint {path.name} is damaged ({error.detail}): the one before it is used.")
                continue
            return Checkpoint(path, tensors, metadata, tuple(notes))
        raise self._nothing_readable()

    def newest_step(self) -> int | None:
        """That of the newest checkpoint, by its name; None where there is none."""
        files = self._files()
        return int(files[-1].stem.removeprefix("step-")) if files else None

    def newest_metadata(self) -> tuple[Path, dict[str, Any]]:
        """File and metadata of the newest checkpoint whose header can be read, without its tensors; raises BadRequest as `newest`."""
        for path in reversed(self._files()):
            with suppress(ModelDamaged):
                return path, checkpoint.read_metadata(path)
        raise self._nothing_readable()

    def _nothing_readable(self) -> BadRequest:
        why = "none of its checkpoints can be read; begin a new run" if self.has_checkpoint else "it holds no run yet"
        return BadRequest(self.folder, why)

    def go_back_to(self, kept: Checkpoint) -> None:
        """Make the folder what it was at a checkpoint: later checkpoints and lines of metrics are of a course that is not taken."""
        for path in self._files():
            if path > kept.path:
                path.unlink(missing_ok=True)
        lines = [line for line in self.metrics() if line.get("step", 0) <= kept.metadata["step"]]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        with atomic_file(self.folder / METRICS_FILE, overwrite=True) as file:
            file.write(text.encode())

    def _files(self) -> list[Path]:
        return sorted(self.checkpoints.glob("step-*.safetensors"))

    # ---- metrics and configuration ----

    def log(self, line: Mapping[str, Any]) -> None:
        with (self.folder / METRICS_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def metrics(self) -> list[dict[str, Any]]:
        """All lines, but for one that a crash cut in two."""
        path = self.folder / METRICS_FILE
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [value for line in lines if isinstance(value := _parsed(line), dict)]

    def write_config(self, config: Mapping[str, Any]) -> None:
        make_folder(self.folder)
        with atomic_file(self.folder / CONFIG_FILE, overwrite=True) as file:
            file.write(json.dumps(config, indent=2, sort_keys=True).encode())

    def read_config(self) -> dict[str, Any]:
        """Raises BadRequest where it is missing or damaged."""
        try:
            config = json.loads((self.folder / CONFIG_FILE).read_bytes())
        except (OSError, ValueError) as error:
            raise BadRequest(self.folder, "its config.json cannot be read; begin a new run") from error
        if not isinstance(config, dict):
            raise BadRequest(self.folder, "its config.json is damaged; begin a new run")
        return config

    # ---- what is left over ----

    def _clear(self) -> None:
        """Files that a killed program did not finish."""
        for path in (*self.folder.glob(PARTS), *self.checkpoints.glob(PARTS)):
            path.unlink(missing_ok=True)
        if not self.has_checkpoint:
            (self.folder / METRICS_FILE).unlink(missing_ok=True)  # it would be gone on with

    def _remove_unless_begun(self) -> None:
        if self.has_checkpoint:
            return
        for name in _EARLY:
            (self.folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            self.checkpoints.rmdir()
        with suppress(OSError):
            (self.folder / LOCK_FILE).unlink()  # on Windows it goes when it is let go of


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None
