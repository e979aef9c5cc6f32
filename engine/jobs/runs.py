"""Runs that were begun earlier: which there are, and how they went. Their files are read in the I/O thread, their tensors not at all."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from engine.api.requests import ListRuns, ReadHistory
from engine.api.training import RunDescription, RunHistory
from engine.context import Context, Step, Wait
from engine.training.generator import catalogue


def list_runs(request: ListRuns, context: Context) -> Generator[Step, Any, tuple[RunDescription, ...]]:
    """Describe every run under the artist's runs."""
    models = context.models.found.models
    found: tuple[RunDescription, ...] = yield Wait(context.io.submit(catalogue.describe_all, context.places.runs, models))
    return found


def read_history(request: ReadHistory, context: Context) -> Generator[Step, Any, RunHistory]:
    """What a run's folder has kept; raises FolderMissing."""
    history: RunHistory = yield Wait(context.io.submit(catalogue.history, request.folder))
    return history
