"""sfumato invert: a photo looked for in a generator's space, kept as a code file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.api.atomic import try_target
from engine.api.errors import BadRequest
from engine.api.exploring import Invert, WriteCode
from engine.api.requests import ImportPicture
from engine.cli.options import Device, DeviceWish, Json
from engine.cli.places import GENERATOR_HELP, generator_id
from engine.cli.report import Report, peak_rss_mb
from engine.cli.session import session


def invert(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A picture of the kind that the generator makes.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="The code file to write: .safetensors.", show_default=False)],
    model: Annotated[str | None, typer.Option(help=GENERATOR_HELP)] = None,
    steps: Annotated[int, typer.Option(help="Of looking for the code.")] = Invert.steps,
    tuning: Annotated[int, typer.Option(help="Of changing the generator a little for this photo; 0: not at all.")] = Invert.tuning,
    device: Device = DeviceWish.AUTO,
    as_json: Json = False,
) -> None:
    """Find the code that makes a photo (its middle square), and say how like it is. A file that is there already is replaced.

    The code can then be morphed, steered and blended like any other.
    """
    if out.suffix != ".safetensors":
        raise BadRequest(f"The code file {out}", "its name must end with .safetensors")
    try_target(out, overwrite=True)  # a minute is lost if this is found out at the end
    report = Report(as_json)
    with session(report, device, 0) as engine:
        found = engine.run(Invert(engine.run(ImportPicture(photo)), generator_id(model, engine), steps, tuning))
        engine.run(WriteCode(found.latent, out, overwrite=True))
    report.finished(
        f"{out}: {found.sentence}",
        path=str(out),
        likeness=round(found.likeness, 4),
        psnr=round(found.psnr, 2),
        seconds=round(found.seconds, 3),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )
