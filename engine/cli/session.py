"""One command's engine: a scheduler stepped in the calling thread, with blobs in a folder that goes when the command ends."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from engine.api.errors import BadRequest, EngineUnavailable
from engine.api.output import CM_PER_INCH, unfinished_folder
from engine.api.places import Places, places
from engine.api.requests import Exported, Request
from engine.cli.report import Report, peak_rss_mb
from engine.context import Context
from engine.engine import run
from engine.startup import open_context

R = TypeVar("R")


class Session:
    """Runs requests one after the other, all cores, progress to the report."""

    def __init__(self, report: Report, context: Context) -> None:
        self.report, self.context = report, context

    def run(self, request: Request[R]) -> R:
        """The request's result; raises the SfumatoError that it fails with."""
        return run(request, self.context, self.report.progress)

    def use_stylizer(self, model: str) -> None:
        """Render with the model of this id, or in this file; raises UnknownModel, FileMissing or ModelDamaged."""
        self.context.models.default_stylizer = self.model_id(model, "stylizer")

    def model_id(self, model: str, architecture: str) -> str:
        """The id of a model that is named by its id or by its file, which is taken in; raises UnknownModel, which names those of an
        architecture, FileMissing, ModelDamaged, or BadRequest where there is a file, but of another kind."""
        pool = self.context.models
        if model.endswith(".safetensors"):
            return pool.add(Path(model)).id
        if Path(model).is_file() and all(known.id != model for known in pool.found.models):
            ending = ".safetensors or .pth" if architecture == "upscaler" else ".safetensors"
            raise BadRequest(model, f"it is a file of another kind; a model's file ends with {ending}")
        return pool.found.get(model, architecture).id

    def upscaler_id(self, model: str) -> str:
        """By which name the pool finds an upscaler: as `model_id`; another program's file is called by its path."""
        from engine.models.foreign import is_file_name
        from engine.models.registry import is_ours

        return model if is_file_name(model) and not is_ours(Path(model)) else self.model_id(model, "upscaler")


@contextmanager
def session(report: Report, device: str, seed: int) -> Iterator[Session]:
    with tempfile.TemporaryDirectory(prefix="sfumato-", ignore_cleanup_errors=True) as folder:
        context = _context(Places(Path(folder)), device, seed)
        try:
            for sentence in context.models.found.skipped:
                report.note(sentence)
            yield Session(report, context)
        finally:
            context.io.close()
            context.blobs.unpacked.clear()
            report.clear()


def _context(home: Places, device: str, seed: int) -> Context:
    try:
        return open_context(home, device=device, seed=seed, model_folders=(places().models,))
    except (ImportError, OSError) as error:  # torch is missing or broken
        raise EngineUnavailable("this command", str(error).partition("\n")[0]) from error


@contextmanager
def unfinished_told(report: Report, out: Path) -> Iterator[None]:
    """Say of a command that is stopped by hand what it leaves beside its file."""
    try:
        yield
    except KeyboardInterrupt:
        if unfinished_folder(out).is_dir():
            report.note(f"What is finished is kept in {unfinished_folder(out)}: --resume goes on with it.")
        raise


def exported(report: Report, done: Exported, started: float, dpi: float | None = None) -> None:
    """The last line of a command that wrote a picture; `started` is the `perf_counter` at its beginning."""
    seconds = round(time.perf_counter() - started, 3)
    paper = "" if dpi is None else f", {done.width / dpi * CM_PER_INCH:.1f} × {done.height / dpi * CM_PER_INCH:.1f} cm at {dpi:g} dpi"
    report.finished(
        f"{done.path} ({done.width} × {done.height} px{paper}, {seconds:.1f} s)",
        path=str(done.path),
        width=done.width,
        height=done.height,
        seconds=seconds,
        peak_rss_mb=round(peak_rss_mb(), 1),
    )
