"""sfumato upscale: a photo twice or four times as wide, by a network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from engine.api.errors import BadRequest, FileMissing
from engine.api.output import Output
from engine.api.requests import ImportPicture, Upscale
from engine.api.upscaling import SCALES, check_choice
from engine.cli import paper
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report
from engine.cli.session import exported, session, unfinished_told


def upscale(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The photo.", show_default=False)],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The file to write, or to replace: .png, .jpg, .webp or .tif.", show_default=False)
    ],
    scale: Annotated[int, typer.Option(help=f"{' or '.join(map(str, SCALES))} times as wide and high.")] = Upscale.scale,
    variant: Annotated[str, typer.Option(help="faithful: nearest to what was there; crisp: sharp, with detail made up.")] = Upscale.variant,
    model: Annotated[
        str | None,
        typer.Option(metavar="ID|FILE", help="Another upscaler: its id, or a .safetensors or .pth file, also of other programs."),
    ] = None,
    bits: paper.Bits = None,
    dpi: Annotated[float | None, typer.Option(help="Dots per inch that the file says it has; the photo's own where not given.")] = None,
    quality: paper.Quality = Output.quality,
    lossless: Annotated[bool, typer.Option("--lossless", help="Of WebP.")] = Output.lossless,
    chroma: paper.Chroma = Output.chroma,
    compression: paper.Compression = Output.compression,
    resume: paper.Resume = False,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Enlarge a photo. Its colours, its transparency and its resolution are kept."""
    started = time.perf_counter()
    output = paper.asked_for(
        out,
        None,
        quality=quality,
        lossless=lossless,
        overwrite=True,
        bits=bits,
        dpi=dpi,
        chroma=chroma,
        compression=compression,
        resume=resume,
        keep_unfinished=True,
    )
    manner = check_choice(scale, variant)
    _check_files(photo, out)
    report = Report(as_json)
    with unfinished_told(report, out), session(report, device, seed) as engine:
        chosen = None if model is None else engine.upscaler_id(model)
        source = engine.run(ImportPicture(path=photo))
        done = engine.run(Upscale(source, output, scale, manner, chosen))
    exported(report, done, started, dpi)


def _check_files(photo: Path, out: Path) -> None:
    """Raise what is wrong with the names, before seconds are spent on loading the engine and reading the photo."""
    paper.check_name(out)
    if not photo.exists():
        raise FileMissing(photo)
    if photo.suffix.lower() == ".sfumato":
        raise BadRequest(photo, "it is a document, not a picture; render it with `sfumato render`")
    paper.check_apart(out, photo, "the photo")
