"""sfumato train: train a generator on a folder of pictures."""

from __future__ import annotations

import time
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.api.errors import BadRequest, FileMissing
from engine.api.events import Progress
from engine.cli import train_team
from engine.cli.options import Device, DeviceWish, Json
from engine.cli.report import Report, peak_rss_mb
from engine.cli.train_news import follow
from engine.cli.training import command_line, first_interrupt

if TYPE_CHECKING:
    from engine.device import Device as Chosen
    from engine.training.generator.config import TrainGenerator


class KindWish(StrEnum):
    STYLE = "style"
    DCGAN = "dcgan"
    DENSE = "dense"


class LossWish(StrEnum):
    RELATIVISTIC = "relativistic"
    NON_SATURATING = "non-saturating"
    HINGE = "hinge"
    WASSERSTEIN = "wasserstein"


class FitWish(StrEnum):
    CENTRE = "centre"
    SMART = "smart"
    PAD = "pad"


def train(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of pictures.", show_default=False)],
    name: Annotated[str, typer.Option(help="What the model is to be called.", show_default=False)],
    size: Annotated[int | None, typer.Option(help="Side of the pictures in pixels: 32, 64, 128, 256 or 512; 64 where not given.")] = None,
    begin_from: Annotated[
        str | None,
        typer.Option("--from", help="A generator to begin with, by id or file; a style-based one grows to a larger --size."),
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so many minutes of this sitting.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop when the whole run has so many steps.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the newest run of that name, with its options.")] = False,
    replace_model: Annotated[
        bool, typer.Option("--replace", help="Train a model of that name anew, in place of the one there is.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="The model to write, instead of one among yours: .safetensors.", show_default=False)
    ] = None,
    run: Annotated[Path | None, typer.Option(help="The run's folder, instead of a numbered one among yours.", show_default=False)] = None,
    kind: Annotated[KindWish | None, typer.Option(help="The networks: style where not given; the others are the classics.")] = None,
    light: Annotated[bool, typer.Option("--light", help="A network with half the channels: twice as fast to train, less detail.")] = False,
    loss: Annotated[LossWish | None, typer.Option(help="The game's losses; those of the kind where not given.")] = None,
    fit: Annotated[FitWish | None, typer.Option(help="Pictures that are not square: their centre, most detail, or padded.")] = None,
    mirror: Annotated[bool | None, typer.Option("--mirror/--no-mirror", help="Show pictures mirrored, too.")] = None,
    batch: Annotated[int | None, typer.Option(min=2, help="Pictures a step.")] = None,
    micro_batch: Annotated[int | None, typer.Option(min=1, help="Pictures computed at once, if fewer.")] = None,
    lr: Annotated[float | None, typer.Option(min=0, help="The learning rate before its schedule. May change with --resume.")] = None,
    gamma: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Weight of the gradient penalty before its schedule: higher where the critic wins too easily. May change with --resume.",
        ),
    ] = None,
    augmentation: Annotated[float | None, typer.Option(min=0, max=1, help="A fixed probability of augmentation.")] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(help="A folder with SqueezeNet's weights: what it knows of shapes helps the critic, and far fewer pictures do."),
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Under which the model may be used; it is written into it.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all cores where not given.")] = None,
    devices: Annotated[int, typer.Option(min=1, help="Cards, or on a CPU processes, that share each step; needs the extra devices.")] = 1,
    device: Device = DeviceWish.AUTO,
    seed: Annotated[int | None, typer.Option("--seed", help="The seed of everything random.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Train a generator on your own pictures until --minutes, --steps, Ctrl+C, or until it knows them by heart.

    However it ends, the run is kept for --resume, which continues it exactly, and the model is written: `generate --model NAME` finds
    it. After Ctrl+C the exit code is 130; Ctrl+C again stops at once, without the model.
    """
    from engine.api.atomic import try_target
    from engine.api.places import places

    started = time.monotonic()
    target = _target(name, out, resume or replace_model)
    try_target(target, overwrite=True)  # hours are lost if this is found out at the end

    import torch

    from engine.device import choose
    from engine.training.generator import setup
    from engine.training.generator.loop import train as training_of
    from engine.training.generator.model_file import export
    from engine.training.generator.runs import Run

    where = choose(device, threads)
    torch.set_num_threads(where.threads)
    report = Report(as_json)
    for note in where.notes:
        report.note(note)
    given: dict[str, Any] = {
        "loss": loss and loss.value,
        "fit": fit and fit.value,
        "mirror": mirror,
        "batch": batch,
        "lr": lr,
        "gamma": gamma,
        "teacher": teacher,
    }
    given |= {"augmentation": augmentation, "seed": seed, "licence": licence, "micro_batch": micro_batch}
    given |= {"begin_from": None if begin_from is None else _model_file(begin_from)}
    chosen = {key: value for key, value in given.items() if value is not None}
    budgets = {"folder": folder, "minutes": minutes, "steps": steps, "resume": resume, "precision": where.precision}
    network: Any = kind and kind.value
    folder_of_run = run or setup.run_folder(name, places().runs, resume=resume)
    if resume:
        config = setup.resumed(folder_of_run, size, network, chosen, budgets)
    else:
        config = setup.new(folder_of_run, size, network, chosen, budgets, light=light)
    if devices > 1:
        train_team.check(config, where, devices)
    with Run(config.run).alone():
        if resume:
            _compare(config, report)
        else:
            _prepare(config, where, report)
        if devices > 1:
            last, was_interrupted = train_team.train_together(config, where, devices, as_json)
        else:
            with first_interrupt() as interrupted, closing(training_of(config, where.torch_device)) as training:
                last = follow(training, interrupted, report)
            was_interrupted = interrupted.is_set()
    manifest = export(config, target, command_line(), where.torch_device)
    report.note(manifest["originality"]["sentence"])
    report.finished(
        f"{target}, after {manifest['provenance']['seen']} pictures, from the run in {config.run}",
        path=str(target),
        run=str(config.run),
        steps=manifest["provenance"]["steps"],
        seen=manifest["provenance"]["seen"],
        watch=last,
        seconds=round(time.monotonic() - started, 1),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )
    if was_interrupted:
        raise KeyboardInterrupt  # passed on, now that nothing is lost


# ---- where things go ----


def _target(name: str, out: Path | None, may_replace: bool) -> Path:
    """The model's file. Raises BadRequest for a name that is no file's, or is taken."""
    from engine.api.places import places
    from engine.training.generator import setup

    if out is None:
        return setup.model_file(name, places().models, may_replace=may_replace)
    setup.check_name(name)
    if out.suffix != ".safetensors" or out.name.endswith(".training.safetensors"):
        raise BadRequest(f"The model {out}", "its name must end with .safetensors")
    return out


def _model_file(model: str) -> Path:
    from engine.models import registry

    path = Path(model) if model.endswith(".safetensors") else registry.installed().get(model).path
    if not path.exists():
        raise FileMissing(path)
    return path


# ---- saying how it goes ----


def _prepare(config: TrainGenerator, where: Chosen, report: Report) -> None:
    """Have the folder examined and its pictures made ready, and say what to expect."""
    from engine.training.generator import doctor, setup
    from engine.training.generator.estimating import estimate

    setup.check_unused(config.run)
    found = _drain(doctor.prepare(config.folder, config.run, config.network.size, config.fit), report)
    for sentence in found.sentences():
        report.note(sentence)
    for sentence in _drain(estimate(config, where.torch_device), report).sentences(len(found.usable), config.minutes):
        report.note(sentence)


def _drain(work: Any, report: Report) -> Any:
    """Run a generator to its result, and say how far it is where it tells."""
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            report.clear()
            return end.value
        if step is not None and step.total:
            report.progress(Progress(step.done, step.total, "reading pictures"))


def _compare(config: TrainGenerator, report: Report) -> None:
    """Say where the folder is no longer what the run prepared."""
    from engine.training.generator.setup import folder_changes

    sentence = folder_changes(config)
    if sentence:
        report.note(sentence)
