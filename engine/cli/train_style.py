"""sfumato train-style: train the stylizer on a folder of photos and a folder of paintings."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report, peak_rss_mb


def train_style(
    contents: Annotated[Path, typer.Argument(help="A folder of photos.", show_default=False)],
    styles: Annotated[Path, typer.Argument(help="A folder of paintings.", show_default=False)],
    teacher: Annotated[Path, typer.Option(help="The folder with the weights of VGG-19 and SqueezeNet.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="The model to write: .safetensors.", show_default=False)],
    run: Annotated[Path | None, typer.Option(help="The run's folder; runs/MODEL where not given.", show_default=False)] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes of this sitting.")] = None,
    steps: Annotated[int | None, typer.Option(help="Stop when the whole run has so many steps.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run.")] = False,
    begin_from: Annotated[Path | None, typer.Option("--from", help="A model to begin a new run with.")] = None,
    batch: Annotated[int | None, typer.Option(help="Pictures a step.")] = None,
    lr: Annotated[float | None, typer.Option(help="The learning rate before its schedule.")] = None,
    anneal: Annotated[int | None, typer.Option(help="Over so many steps before --steps the learning rate falls to zero.")] = None,
    style_weight: Annotated[float | None, typer.Option(help="Weight of the style loss; the content loss has 1.")] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; all cores where not given.")] = None,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train a stylizer; Ctrl+C stops it, --resume continues it exactly."""
    import torch

    from engine.device import choose
    from engine.training.stylizer.loop import TrainStyle, export, train

    given = {"begin_from": begin_from, "batch": batch, "lr": lr, "anneal": anneal, "style_weight": style_weight}
    chosen = {name: value for name, value in given.items() if value is not None}
    config = TrainStyle(contents, styles, teacher, run or Path("runs") / out.stem, minutes, steps, resume, seed, **chosen)  # type: ignore[arg-type]
    where = choose(device, threads)
    torch.set_num_threads(where.threads)
    report, started, step = Report(as_json), time.monotonic(), 0
    last = started
    try:
        for done in train(config, where.torch_device):
            step = done.step
            if done.saved or time.monotonic() - last > 10:
                last = time.monotonic()
                report.note(f"step {step}: " + ", ".join(f"{name} {value:.3f}" for name, value in done.metrics.items()))
    except KeyboardInterrupt:
        report.note("Stopped; continue with --resume.")
    export(config, out, shlex.join(["sfumato", *sys.argv[1:]]))
    seconds = round(time.monotonic() - started, 1)
    report.finished(f"{out} after {step} steps", path=str(out), steps=step, seconds=seconds, peak_rss_mb=round(peak_rss_mb(), 1))
