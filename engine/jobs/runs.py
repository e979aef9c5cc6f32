"""Runs that were begun earlier: which there are, how they went, and what they make now. Only for the last are tensors read."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from engine.api.requests import DeleteRun, ListRuns, ReadHistory, SampleRun
from engine.api.training import PreviewGrid, RunDescription, RunHistory
from engine.context import Context, Step, Wait
from engine.imaging.files import load
from engine.jobs.preview import frame
from engine.training.generator import catalogue
from engine.training.generator.preview import newest_grid
from engine.training.generator.runs import Run


def list_runs(request: ListRuns, context: Context) -> Generator[Step, Any, tuple[RunDescription, ...]]:
    """Describe every run under the artist's runs."""
    models = context.models.found.models
    found: tuple[RunDescription, ...] = yield Wait(context.io.submit(catalogue.describe_all, context.places.runs, models))
    return found


def read_history(request: ReadHistory, context: Context) -> Generator[Step, Any, RunHistory]:
    """What a run's folder has kept; raises FolderMissing."""
    history: RunHistory = yield Wait(context.io.submit(catalogue.history, request.folder))
    return history


def delete_run(request: DeleteRun, context: Context) -> Generator[Step, Any, int]:
    """Remove a run's folder; how many bytes it had."""
    freed: int = yield Wait(context.io.submit(catalogue.delete, request.folder, context.places.runs))
    return freed


def sample_run(request: SampleRun, context: Context) -> Generator[Step, Any, PreviewGrid]:
    """Make the grid of the newest checkpoint, where there is none; raises BadRequest where there is no run."""
    seen, grid = yield from newest_grid(Run(request.folder), context.device.torch_device)
    picture = yield Wait(context.io.submit(load, grid))
    yield frame(picture, 1.0)
    return PreviewGrid(seen, grid)
