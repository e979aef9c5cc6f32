"""sfumato directions: where a generator can go, as strips of the pictures that it makes on the way."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from engine.api.atomic import make_folder
from engine.api.exploring import ExportDirections, FindDirections
from engine.api.place_kinds import Direction
from engine.api.requests import Generate
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.places import GENERATOR_HELP, opened
from engine.cli.report import Report, peak_rss_mb
from engine.cli.session import session


class KindWish(StrEnum):
    SEFA = "sefa"
    GANSPACE = "ganspace"


def directions(
    model: Annotated[str | None, typer.Option(help=GENERATOR_HELP)] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A folder for a sheet of strips of each direction.", show_default=False)
    ] = None,
    kind: Annotated[KindWish, typer.Option(help="From the weights (sefa), or from how codes are spread (ganspace).")] = KindWish.SEFA,
    count: Annotated[int, typer.Option(help="How many, the strongest first.")] = FindDirections.count,
    pictures: Annotated[int, typer.Option(help="Strips on a sheet, of as many pictures.")] = ExportDirections.pictures,
    seed: Seed = 0,
    truncation: Annotated[float, typer.Option(help="1 shows all the variety; toward 0: safer and more alike.")] = Generate.truncation,
    device: Device = DeviceWish.AUTO,
    as_json: Json = False,
) -> None:
    """Find what a generator can vary, without labels: each direction changes a few things, which are for you to name.

    With -o, a sheet for each direction: rows are pictures, the middle column is the picture as it is, and to its sides it is pushed by up
    to three steps.
    """
    report = Report(as_json)
    with session(report, device, seed) as engine:
        key = opened(model, [], engine).key
        found = engine.run(FindDirections(key.id, kind.value, count))
        sheets: tuple[Path, ...] = ()
        if out is not None:
            make_folder(out)
            sheets = engine.run(ExportDirections(found, out, pictures, seed, truncation))
    lines = [_line(way, sheets[way.index] if sheets else None) for way in found]
    values: list[dict[str, Any]] = [_plain(way, sheets[way.index] if sheets else None) for way in found]
    report.finished("\n".join(lines), model=key.id, hash=key.hash, directions=values, peak_rss_mb=round(peak_rss_mb(), 1))


def _line(way: Direction, sheet: Path | None) -> str:
    return f"{way.name:<27} {way.share:6.1%}" + ("" if sheet is None else f"  {sheet}")


def _plain(way: Direction, sheet: Path | None) -> dict[str, Any]:
    step = np.round(way.step.array()[0], 5).tolist()
    return {"name": way.name, "share": round(way.share, 4), "sheet": None if sheet is None else str(sheet), "step": step}
