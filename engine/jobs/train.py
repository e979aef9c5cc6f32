"""Training a generator: begun on a folder, resumed, or finished as a model.

A training that is closed drops the step that it has begun and saves, so that to cancel it is to pause it. It yields within a step.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.api.atomic import try_target
from engine.api.errors import OutOfMemory
from engine.api.events import Learned, Progress
from engine.api.requests import FinishTraining, ResumeTraining, Train
from engine.api.training import Trained, WatchState
from engine.context import Context, Step, Wait
from engine.device import is_out_of_memory
from engine.imaging.files import load
from engine.jobs.folder import examined
from engine.jobs.preview import frame
from engine.training.generator import doctor, loop, setup, verdicts
from engine.training.generator.config import TrainGenerator
from engine.training.generator.loop import StepReport
from engine.training.generator.model_file import export_steps
from engine.training.generator.runs import Run

Making = Generator[Step, Any, Trained]


def train(request: Train, context: Context) -> Making:
    """Prepare the folder's pictures, train on them, make the model. What cannot be written is found first; a run that ends before its
    first checkpoint leaves nothing."""
    target = yield from _target(request.name, context, may_replace=request.replace)
    run = request.run or setup.run_folder(request.name, context.places.runs, resume=False)
    setup.check_unused(run)
    chosen: dict[str, Any] = {"fit": request.fit, "seed": request.seed, "licence": request.licence}
    if request.begin_from is not None:
        chosen["begin_from"] = context.models.found.get(request.begin_from).path
    budgets = {"folder": request.folder, "minutes": request.minutes, "steps": request.steps, "precision": context.device.precision}
    config = setup.new(run, request.size, request.kind, chosen, budgets)
    with Run(run).alone():
        found = yield from examined(doctor.prepare(config.folder, run, config.network.size, config.fit), context)
        yield from _sitting(config, found.sentences(), context)
    return (yield from _made(request.name, config, target, context))


def resume_training(request: ResumeTraining, context: Context) -> Making:
    """Go on from the newest checkpoint, with the run's own options, and make the model."""
    target = yield from _target(request.name, context, may_replace=True)
    run = request.run or setup.run_folder(request.name, context.places.runs, resume=True)
    budgets = {"minutes": request.minutes, "steps": request.steps, "resume": True, "precision": context.device.precision}
    config = setup.resumed(run, None, None, {}, budgets)
    with Run(run).alone():
        changed: str = yield Wait(context.io.submit(setup.folder_changes, config))
        if grids := Run(run).grids():
            yield from _shown(grids[-1][1], context)
        yield from _sitting(config, (changed,) if changed else (), context)
    return (yield from _made(request.name, config, target, context))


def finish_training(request: FinishTraining, context: Context) -> Making:
    """Make the model of a run as far as it has come."""
    target = yield from _target(request.name, context, may_replace=True)
    run = request.run or setup.run_folder(request.name, context.places.runs, resume=True)
    return (yield from _made(request.name, TrainGenerator.from_plain(Run(run).read_config()), target, context))


def _target(name: str, context: Context, *, may_replace: bool) -> Generator[Step, Any, Path]:
    """The model's file, which can be written: hours are lost if this is found out at the end."""
    target = setup.model_file(name, context.places.models, may_replace=may_replace)
    yield Wait(context.io.submit(try_target, target, overwrite=True))
    return target


# ---- training ----


def _sitting(config: TrainGenerator, notes: tuple[str, ...], context: Context) -> Generator[Step, Any, None]:
    """Train until the budget is spent or the watch stops it, and tell; `notes` come with the first news."""
    device = context.device.torch_device
    config = setup.in_small_parts(config, device)
    try:
        with closing(loop.train(config, device)) as reports:
            yield from _told(reports, Run(config.run), notes, context)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        # Not for the scheduler, which would begin the run once more: it goes on from its checkpoint, when the artist says so.
        raise OutOfMemory(f"training at {config.network.size} px") from error


def _told(reports: Generator[StepReport, None, None], run: Run, notes: tuple[str, ...], context: Context) -> Generator[Step, Any, None]:
    grid: Path | None = None  # the file that is being made
    report: StepReport | None = None
    for report in reports:
        ready, grid = grid, run.grid_file(report.seen) if report.phase == "preview" else None
        if grid is not None or (ready is not None and not ready.exists()):
            ready = None
        if report.whole or report.saved or report.notes or report.verdict or notes or ready:
            yield _news(report, run, (*notes, *report.notes), ready)
            notes = ()
        if ready is not None:
            yield from _shown(ready, context)
        yield None
    if report is not None and grid is not None and grid.exists():  # the last thing that was made
        yield Learned(run.folder, report.step, report.seen, report.seconds, saved=True, grid=grid)
        yield from _shown(grid, context)


def _news(report: StepReport, run: Run, notes: tuple[str, ...], grid: Path | None) -> Learned:
    return Learned(
        run.folder,
        report.step,
        report.seen,
        report.seconds,
        losses=report.metrics or {},
        watched=None if report.verdict is None else verdicts.watched(verdicts.record(report.verdict), run, report.seen),
        notes=notes,
        saved=report.saved,
        grid=grid,
    )


def _shown(grid: Path, context: Context) -> Generator[Step, Any, None]:
    picture = yield Wait(context.io.submit(load, grid))
    yield frame(picture, 1.0)


# ---- the model ----


def _made(name: str, config: TrainGenerator, target: Path, context: Context) -> Making:
    """Write the model of the newest checkpoint, where the studio finds it."""
    yield Progress(0, 1, "making the model")
    run, command = Run(config.run), setup.equivalent_command(config, name)
    before = run.grids()
    manifest = yield from export_steps(config, target, command, context.device.torch_device)
    context.models.add(target)
    origin, sentence = manifest["provenance"], manifest["originality"]["sentence"]
    if run.grids() != before:
        grid = run.grid_file(origin["seen"])
        yield Learned(run.folder, origin["steps"], origin["seen"], run.newest_metadata()[1]["state"]["seconds"], saved=True, grid=grid)
        yield from _shown(grid, context)
    return Trained(name, target, config.run, origin["steps"], origin["seen"], _last_state(run), sentence)


def _last_state(run: Run) -> WatchState | None:
    verdicts = [line["watch"]["state"] for line in run.metrics() if "watch" in line]
    return verdicts[-1] if verdicts else None
