"""sfumato train-style: train the stylizer on a folder of photos and a folder of paintings."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from engine.api.errors import BadRequest
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report, peak_rss_mb
from engine.cli.training import command_line, first_interrupt, follow


def train_style(
    contents: Annotated[Path, typer.Argument(metavar="CONTENT_DIR", help="A folder of photos.", show_default=False)],
    styles: Annotated[Path, typer.Argument(metavar="STYLE_DIR", help="A folder of paintings.", show_default=False)],
    teacher: Annotated[Path, typer.Option(help="The folder with the weights of VGG-19 and SqueezeNet.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="The model to write: .safetensors.", show_default=False)],
    run: Annotated[Path | None, typer.Option(help="The run's folder; runs/MODEL where not given.", show_default=False)] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so many minutes of this sitting.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop when the whole run has so many steps.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run.")] = False,
    begin_from: Annotated[Path | None, typer.Option("--from", help="A model to begin a new run with.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Pictures a step.")] = None,
    lr: Annotated[float | None, typer.Option(min=0, help="The learning rate before its schedule.")] = None,
    anneal: Annotated[int | None, typer.Option(min=0, help="Over so many steps before --steps the learning rate falls to zero.")] = None,
    style_weight: Annotated[float | None, typer.Option(min=0, help="Weight of the style loss; the content loss has 1.")] = None,
    crop: Annotated[int | None, typer.Option(min=64, help="Side of the photos' crops in pixels, a multiple of 8.")] = None,
    style_crop: Annotated[int | None, typer.Option(min=64, help="Side of the paintings' crops in pixels.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; all cores where not given.")] = None,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train a stylizer until --minutes, --steps or Ctrl+C.

    However it ends, the run is kept for --resume, which continues it exactly, and the model is written. After Ctrl+C the exit
    code is 130; Ctrl+C again stops at once, without the model.
    """
    from engine.api.atomic import try_target

    started = time.monotonic()
    if out.suffix != ".safetensors":
        raise BadRequest(f"The model {out}", "its name must end with .safetensors")
    try_target(out, overwrite=True)  # hours are lost if this is found out at the end

    import torch

    from engine.device import choose
    from engine.models import checkpoint
    from engine.training.stepwise import STATE_FILE
    from engine.training.stylizer.loop import TrainStyle, export, train

    given = {"seed": seed, "begin_from": begin_from, "batch": batch, "lr": lr, "anneal": anneal}
    given |= {"style_weight": style_weight, "content_size": crop, "style_size": style_crop}
    chosen = {name: value for name, value in given.items() if value is not None}
    config = TrainStyle(contents, styles, teacher, run or Path("runs") / out.stem, minutes, steps, resume, **chosen)  # type: ignore[arg-type]
    where = choose(device, threads)
    torch.set_num_threads(where.threads)
    report = Report(as_json)
    with first_interrupt() as interrupted, closing(train(config, where.torch_device)) as training:
        follow(training, interrupted, report)
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
