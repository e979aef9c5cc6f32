"""sfumato train-encoder: the start of the search for a photo, learnt from a generator alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.api.atomic import try_target
from engine.api.errors import BadRequest
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.places import GENERATOR_HELP, generator_id
from engine.cli.report import Report, peak_rss_mb
from engine.cli.session import session
from engine.cli.training import NEWS_SECONDS, command_line, first_interrupt

if TYPE_CHECKING:
    from engine.training.encoder.loop import EncoderStep


def train_encoder(
    out: Annotated[Path, typer.Option("-o", "--out", help="The model to write: .safetensors.", show_default=False)],
    model: Annotated[str | None, typer.Option(help=GENERATOR_HELP)] = None,
    run: Annotated[Path | None, typer.Option(help="The run's folder; runs/MODEL where not given.", show_default=False)] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so many minutes of this sitting.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop when the whole run has so many steps.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run.")] = False,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train an encoder until --minutes, --steps or Ctrl+C; put among your models, it begins every search for a photo.

    It needs no pictures: the generator makes them. However it ends, the run is kept for --resume and the model is written.
    """
    if out.suffix != ".safetensors":
        raise BadRequest(f"The model {out}", "its name must end with .safetensors")
    try_target(out, overwrite=True)
    started = time.monotonic()
    report = Report(as_json)
    from engine.training.encoder.loop import TrainEncoder, export, train

    with session(report, device, seed) as engine:
        generator = engine.context.models.generator(generator_id(model, engine))
        config = TrainEncoder(run or Path("runs") / out.stem, minutes, steps, resume, seed=seed)
        with first_interrupt() as interrupted, closing(train(config, generator)) as training:
            _follow(training, interrupted, report)
        manifest = export(config, generator, out, command_line())
    report.finished(
        f"{out}, from the run in {config.run}",
        path=str(out),
        steps=manifest["provenance"]["steps"],
        seconds=round(time.monotonic() - started, 1),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )
    if interrupted.is_set():
        raise KeyboardInterrupt


def _follow(training: Iterator[EncoderStep], interrupted: threading.Event, report: Report) -> None:
    said_at = time.monotonic()
    for done in training:
        if done.loss is None:
            report.note(f"Step {done.step} had no finite gradient and was skipped.")
        elif done.saved or time.monotonic() - said_at > NEWS_SECONDS:
            said_at = time.monotonic()
            report.step(f"step {done.step}: error {done.loss:.3f}", step=done.step, loss=round(done.loss, 5))
        if interrupted.is_set():
            break
