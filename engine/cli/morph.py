"""sfumato morph: a film from one picture of a generator to others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.api.exploring import ExportFilm
from engine.api.manifest import HOUSE_GENERATOR
from engine.api.place_kinds import Journey
from engine.api.requests import Generate
from engine.cli.options import Device, DeviceWish, Json
from engine.cli.places import opened, parse_place
from engine.cli.report import Report, peak_rss_mb
from engine.cli.session import session


class EasingWish(StrEnum):
    EVEN = "even"
    GENTLE = "gentle"


def morph(
    pictures: Annotated[list[str], typer.Argument(metavar="A B [C…]", help="Seeds, code files or photos.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="A film, .mp4 or .gif, or a folder for PNG frames.", show_default=False)],
    frames: Annotated[int, typer.Option(help="How many.")] = ExportFilm.frames,
    fps: Annotated[float, typer.Option(help="Frames a second.")] = ExportFilm.fps,
    loop: Annotated[bool, typer.Option("--loop", help="Come back to the first picture, seamlessly.")] = False,
    easing: Annotated[EasingWish, typer.Option(help="Even: always as fast to the eye; gentle: slower at each picture.")] = EasingWish.EVEN,
    size: Annotated[int | None, typer.Option(help="Side of the frames in pixels; as it was learnt where not given.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help=f"The generator: its id, or its file; a code file's, {HOUSE_GENERATOR} or the only one there is, where not given."
        ),
    ] = None,
    truncation: Annotated[
        float, typer.Option(help="Of seeds: 1 shows all the variety; toward 0: safer and more alike.")
    ] = Generate.truncation,
    device: Device = DeviceWish.AUTO,
    as_json: Json = False,
) -> None:
    """Lead from one picture to the next, as fast to the eye everywhere. A film that is there already is replaced."""
    report = Report(as_json)
    with session(report, device, 0) as engine:
        generator = opened(model, pictures, engine)
        stops = tuple(parse_place(word, generator, truncation, engine) for word in pictures)
        journey = Journey(stops, loop, easing.value)
        done = engine.run(ExportFilm(journey, out, frames, fps, size, overwrite=True))
    report.finished(
        f"{out} ({done.frames} frames, {done.side} × {done.side} px, {done.seconds:.1f} s)",
        path=str(out),
        frames=done.frames,
        size=done.side,
        seconds=round(done.seconds, 3),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )
