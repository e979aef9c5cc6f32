"""sfumato train-upscaler: train the upscaler on folders of pictures."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.api.errors import BadRequest
from engine.api.upscaling import SCALES, VARIANTS, check_choice
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report, peak_rss_mb
from engine.cli.training import command_line, first_interrupt, follow


def train_upscaler(
    contents: Annotated[list[Path], typer.Argument(metavar="CONTENT_DIR...", help="Folders of photos or paintings.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="The model to write: .safetensors.", show_default=False)],
    scale: Annotated[int, typer.Option(help=f"{' or '.join(map(str, SCALES))}.")] = 4,
    variant: Annotated[str, typer.Option(help="faithful: the pixels alone; crisp: as a teacher and a critic see them.")] = VARIANTS[0],
    teacher: Annotated[Path | None, typer.Option(help="Of crisp: the folder with the weights of VGG-19 and SqueezeNet.")] = None,
    begin_from: Annotated[
        Path | None, typer.Option("--from", help="A model to begin with, of either scale; crisp needs a faithful one.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="The run's folder; runs/MODEL where not given.", show_default=False)] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so many minutes of this sitting.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop when the whole run has so many steps.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run.")] = False,
    batch: Annotated[int | None, typer.Option(min=1, help="Pictures a step.")] = None,
    crop: Annotated[int | None, typer.Option(min=8, help="Side of a crop in pixels of the small picture.")] = None,
    lr: Annotated[float | None, typer.Option(min=0, help="The learning rate before its schedule.")] = None,
    anneal: Annotated[int | None, typer.Option(min=0, help="Over so many steps before --steps the learning rate falls to zero.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all cores where not given.")] = None,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train an upscaler until --minutes, --steps or Ctrl+C.

    However it ends, the run is kept for --resume, which continues it exactly, and the model is written. After Ctrl+C the exit
    code is 130; Ctrl+C again stops at once, without the model.
    """
    from engine.api.atomic import try_target

    started = time.monotonic()
    if out.suffix != ".safetensors":
        raise BadRequest(f"The model {out}", "its name must end with .safetensors")
    check_choice(scale, variant)
    try_target(out, overwrite=True)  # hours are lost if this is found out at the end

    import torch

    from engine.device import choose
    from engine.models import checkpoint
    from engine.training.stepwise import STATE_FILE
    from engine.training.upscaler.loop import CRISP, TrainUpscaler, export, train

    given = {"batch": batch, "size": crop, "lr": lr, "anneal": anneal}
    chosen = (CRISP if variant == "crisp" else {}) | {name: value for name, value in given.items() if value is not None}
    where = run or Path("runs") / out.stem
    config = TrainUpscaler(tuple(contents), where, variant, teacher, begin_from, minutes, steps, resume, seed, **chosen)  # type: ignore[arg-type]
    config = replace(config, network=replace(config.network, scale=scale)).check()
    chosen_device = choose(device, threads)
    torch.set_num_threads(chosen_device.threads)
    report = Report(as_json)
    with first_interrupt() as interrupted, closing(train(config, chosen_device.torch_device)) as training:
        follow(training, interrupted, report, "cannot be read, or is smaller than a crop,")
    export(config, out, command_line())
    report.finished(
        f"{out}, from the run in {config.run}",
        path=str(out),
        steps=checkpoint.read_metadata(config.run / STATE_FILE)["step"],
        seconds=round(time.monotonic() - started, 1),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )
    if interrupted.is_set():
        raise KeyboardInterrupt  # passed on, now that nothing is lost
