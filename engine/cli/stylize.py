"""sfumato stylize: a photo in the style of one or more pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from engine.api import gallery
from engine.api.errors import BadRequest, FileMissing, UnknownStyle
from engine.api.output import Output
from engine.api.recipe import GalleryStyle, Layer, Photo, PictureStyle, Recipe, Style, StyleUse
from engine.api.requests import Export, ImportPicture
from engine.cli import paper
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report
from engine.cli.session import Session, exported, session, unfinished_told

NOT_YET = ""
"""The blob of a picture that is not read yet: everything that can be refused without reading is refused first."""


def stylize(
    content: Annotated[Path, typer.Argument(metavar="CONTENT", help="The photo.", show_default=False)],
    style: Annotated[list[str], typer.Option(metavar="STYLE[:WEIGHT]", help="A style of the gallery or an image file; may repeat.")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="The file to write, or to replace: .png, .jpg, .webp or .tif.", show_default=False),
    ],
    strength: Annotated[float, typer.Option(help="0: the photo itself, 1: the whole style.")] = Layer.strength,
    style_scale: Annotated[float, typer.Option(help="Size of the strokes, 0.25 to 4.")] = Layer.style_scale,
    keep_colors: Annotated[bool, typer.Option("--keep-colors", help="Keep the photo's colours.")] = Layer.keep_colors,
    mask: Annotated[Path | None, typer.Option(help="A grey picture: the style shows where it is white.")] = None,
    size: paper.Size = None,
    width: paper.Width = None,
    dpi: paper.Dpi = None,
    bleed: paper.Bleed = Output.bleed,
    bleed_edges: paper.Edges = Output.bleed_edges,
    bits: paper.Bits = None,
    profile: paper.Profile = Output.profile,
    intent: paper.Intent = Output.intent,
    black_point: paper.BlackPoint = Output.black_point,
    quality: paper.Quality = Output.quality,
    chroma: paper.Chroma = Output.chroma,
    compression: paper.Compression = Output.compression,
    statistics: paper.Statistics = Output.statistics,
    model: Annotated[str | None, typer.Option(help="The stylizer to use: its id, or a .safetensors file.")] = None,
    resume: paper.Resume = False,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Paint a photo in the style of one or more pictures."""
    started = time.perf_counter()
    output = paper.asked_for(
        out,
        width,
        long_edge=size,
        quality=quality,
        overwrite=True,
        bits=bits,
        profile=profile,
        intent=intent,
        black_point=black_point,
        dpi=dpi,
        bleed=bleed,
        bleed_edges=bleed_edges,
        chroma=chroma,
        compression=compression,
        statistics=statistics,
        resume=resume,
        keep_unfinished=True,
    )
    draft = Layer(Photo(NOT_YET, 1, 1), tuple(map(use_of, style)), strength, style_scale, keep_colors)
    _check_mix(draft)
    painted = [Path(use.style.name) for use in draft.styles if isinstance(use.style, PictureStyle)]
    _check_files(out, [content, *painted, *([] if mask is None else [mask])])
    report = Report(as_json)
    with unfinished_told(report, out), session(report, device, seed) as engine:
        if model is not None:
            engine.use_stylizer(model)
        recipe = _filled(draft, content, mask, engine)
        done = engine.run(Export(recipe, paper.on_paper(output, recipe, width)))
    exported(report, done, started, dpi)


def use_of(text: str) -> StyleUse:
    """A style and its weight from the command line; a picture is not read yet."""
    name, weight = split_weight(text)
    if not name:
        raise BadRequest("The style", "it has no name; name a style of the gallery, or an image file")
    card = gallery.find(name)
    if card is not None:
        return StyleUse(GalleryStyle(card.id), weight)
    path = Path(name)
    if path.exists() or path.suffix:  # a file name that is not there is reported as a file
        return StyleUse(PictureStyle(NOT_YET, name), weight)
    names = [part for each in gallery.cards() for part in (each.id, each.title)]
    close = get_close_matches(name, names, 1)
    raise UnknownStyle(name, f" (did you mean “{close[0]}”?)" if close else "")


def split_weight(text: str) -> tuple[str, float]:
    """`NAME:number` in its parts, else the text and 1: only a number at the end is a weight, so `C:\\picture.png` is a path."""
    name, colon, tail = text.rpartition(":")
    if not colon or not name:
        return text, 1.0
    try:
        weight = float(tail)
    except ValueError:
        if _known(name) and not _known(text):
            raise BadRequest(f"The weight {tail!r} of the style {name}", "it must be a number, as in picture.jpg:0.5") from None
        return text, 1.0
    if not 0 <= weight <= 1000:
        raise BadRequest(f"The weight {tail} of the style {name}", "it must lie between 0 and 1000")
    return name, weight


def _known(name: str) -> bool:
    return gallery.find(name) is not None or Path(name).is_file()


def _check_mix(draft: Layer) -> None:
    Recipe((draft,)).check()
    if not draft.mix:
        raise BadRequest("The weights of the styles", "at least one must be above 0")


def _check_files(out: Path, pictures: Sequence[Path]) -> None:
    """Raise what is wrong with the names, before seconds are spent on loading the engine and reading pictures."""
    paper.check_name(out)
    for picture in pictures:
        if not picture.exists():
            raise FileMissing(picture)
        if picture.suffix.lower() == ".sfumato":
            raise BadRequest(picture, "it is a document, not a picture; open it in the studio, and export the picture from there")
        paper.check_apart(out, picture, "one of the pictures")


def _filled(draft: Layer, content: Path, mask: Path | None, engine: Session) -> Recipe:
    """The recipe, with all its pictures read."""
    photo = engine.run(ImportPicture(path=content))
    styles = tuple(replace(use, style=taken_in(use.style, engine)) for use in draft.styles)
    grey = None if mask is None else engine.run(ImportPicture(path=mask)).blob
    return Recipe((replace(draft, source=photo, styles=styles, mask=grey),))


def taken_in(style: Style, engine: Session) -> Style:
    """The style, with its picture read."""
    if isinstance(style, GalleryStyle):
        return style
    path = Path(style.name)
    return PictureStyle(engine.run(ImportPicture(path=path)).blob, path.name)
