"""sfumato generate: pictures of a generator, one for each seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.api.atomic import make_folder
from engine.api.errors import BadRequest
from engine.api.exploring import ReadCode
from engine.api.latent import GREATEST_SEED
from engine.api.output import Output
from engine.api.recipe import Layer, Recipe
from engine.api.requests import Export, Generate
from engine.cli.options import Device, DeviceWish, Json
from engine.cli.places import GENERATOR_HELP, generator_id
from engine.cli.report import Report, peak_rss_mb
from engine.cli.session import session

MOST_SEEDS = 10_000
"""In one command."""


def generate(
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", help="A folder, or a file (.png, .jpg, .webp or .tif) for one picture or the grid.", show_default=False
        ),
    ],
    code: Annotated[Path | None, typer.Argument(metavar="CODE", help="A code file: .safetensors.", show_default=False)] = None,
    seeds: Annotated[str | None, typer.Option(metavar="SEEDS", help="Which pictures: 7, 0-15 or 1,5,9-12.", show_default=False)] = None,
    model: Annotated[str | None, typer.Option(help=GENERATOR_HELP)] = None,
    truncation: Annotated[
        float | None, typer.Option(help="1: all the variety that was learnt; toward 0: safer and more alike; 0.8 where not given.")
    ] = None,
    size: Annotated[int | None, typer.Option(help="Side of each picture in pixels; as it was learnt where not given.")] = None,
    grid: Annotated[bool, typer.Option("--grid", help="Lay all pictures out on one more picture, too.")] = False,
    device: Device = DeviceWish.AUTO,
    as_json: Json = False,
) -> None:
    """Make a picture of each seed, or of a code file; the same seed is the same picture again, on every machine.

    Into a folder goes a file for each seed, MODEL-SEED.png. Where -o names a file, it is the one picture or, with --grid, the grid.
    A code file names its model; with --model it is brought over to that one, which gives another picture.
    """
    if (code is None) == (seeds is None):
        raise BadRequest("The picture", "name either a code file, or seeds with --seeds")
    report = Report(as_json)
    if code is not None:
        if grid:
            raise BadRequest("--grid", "a code file is one picture")
        _of_code(code, out, model, truncation, size, device, report)
        return
    chosen = parse_seeds(seeds or "")
    with session(report, device, 0) as engine:
        generator = generator_id(model, engine)
        files, sheet = _targets(out, generator if model is None else Path(model).stem, chosen, grid)
        request = Generate(generator, chosen, files, sheet, Generate.truncation if truncation is None else truncation, size)
        if not _names_a_file(out):
            make_folder(out)
        done = engine.run(request)
    what = f"{len(chosen)} pictures" if len(chosen) > 1 else "1 picture"
    report.finished(
        f"{out} ({what}, {done.size} × {done.size} px, {done.seconds:.1f} s)",
        paths=[str(path) for path in done.files],
        grid=None if done.grid is None else str(done.grid),
        size=done.size,
        seconds=round(done.seconds, 3),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )


def _of_code(
    file: Path, out: Path, model: str | None, truncation: float | None, size: int | None, device: DeviceWish, report: Report
) -> None:
    """The picture of a code file, with its recipe inside."""
    with session(report, device, 0) as engine:
        code = engine.run(ReadCode(file, None if model is None else engine.model_id(model, "generator")))
        if truncation is not None:
            code = replace(code, truncation=truncation)
        if not _names_a_file(out):
            make_folder(out)
            out = out / f"{file.stem}.png"
        side = size or engine.context.models.generator(code.model.id).size
        done = engine.run(Export(Recipe((Layer(code),)), Output(out, side, overwrite=True)))
    report.finished(
        f"{out} (1 picture, {done.width} × {done.height} px, {done.seconds:.1f} s)",
        paths=[str(out)],
        grid=None,
        size=done.width,
        seconds=round(done.seconds, 3),
        peak_rss_mb=round(peak_rss_mb(), 1),
    )


def parse_seeds(text: str) -> tuple[int, ...]:
    """`7`, `0-15` or `1,5,9-12` as numbers, in the order given; raises BadRequest."""
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise BadRequest(f"The seeds {text!r}", "they must be whole numbers, as in 7, 0-15 or 1,5,9-12")
        low, high = int(first), int(last or first)
        if low > high or high > GREATEST_SEED:
            raise BadRequest(f"The seeds {part.strip()}", f"a range goes upward, and to {GREATEST_SEED} at the most")
        if len(seeds) + high - low + 1 > MOST_SEEDS:
            raise BadRequest(f"The seeds {text!r}", f"there may be {MOST_SEEDS} at the most in one command")
        seeds += range(low, high + 1)
    return tuple(seeds)


def _targets(out: Path, name: str, seeds: tuple[int, ...], grid: bool) -> tuple[tuple[Path, ...], Path | None]:
    """The pictures' files and the grid's."""
    if not _names_a_file(out):
        digits = max(4, len(str(max(seeds))))
        files = tuple(out / f"{name}-{seed:0{digits}d}.png" for seed in dict.fromkeys(seeds))
        if len(files) < len(seeds):
            raise BadRequest("The seeds", "one of them is named twice")
        return files, out / f"{name}-grid.png" if grid else None
    if grid:
        return (), out
    if len(seeds) > 1:
        raise BadRequest(f"The output {out}", f"it is one file for {len(seeds)} pictures; name a folder, or add --grid")
    return (out,), None


def _names_a_file(out: Path) -> bool:
    """A name that ends with a dot and letters is a file's, unless a folder is called so; 0.5 is a folder."""
    return out.suffix[1:].isalpha() and not out.is_dir()
