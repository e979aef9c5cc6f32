"""sfumato stylize: a photo in the style of one or more pictures."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from engine.api import gallery
from engine.api.errors import BadRequest, UnknownStyle
from engine.api.recipe import GalleryStyle, Layer, PictureStyle, Recipe, Style, StyleUse
from engine.api.requests import Export, ImportPicture, Output
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report, peak_rss_mb
from engine.cli.session import Session, session


def stylize(
    content: Annotated[Path, typer.Argument(help="The photo.", show_default=False)],
    style: Annotated[list[str], typer.Option(metavar="STYLE[:WEIGHT]", help="A style of the gallery or an image file; may repeat.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write: .png, .jpg, .webp or .tif.", show_default=False)],
    strength: Annotated[float, typer.Option(help="0: the photo itself, 1: the whole style.")] = Layer.strength,
    style_scale: Annotated[float, typer.Option(help="Size of the strokes, 0.25 to 4.")] = Layer.style_scale,
    keep_colors: Annotated[bool, typer.Option("--keep-colors", help="Keep the photo's colours.")] = Layer.keep_colors,
    mask: Annotated[Path | None, typer.Option(help="A grey picture: the style shows where it is white.")] = None,
    size: Annotated[int | None, typer.Option(help="Long edge of the result in pixels; the photo's own where not given.")] = None,
    model: Annotated[str | None, typer.Option(help="The stylizer to use.")] = None,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Paint a photo in the style of one or more pictures."""
    started = time.perf_counter()
    if size is not None and not 1 <= size <= 65536:
        raise BadRequest(f"The size {size}", "it must lie between 1 and 65536 pixels")
    report = Report(as_json)
    with session(report, device) as engine:
        if model is not None:
            engine.context.models.default_stylizer = model
        layer = Layer(engine.run(ImportPicture(path=content)), strength=strength, style_scale=style_scale, keep_colors=keep_colors)
        Recipe((layer,)).check()  # a bad number is said before any picture is read
        uses = tuple(_use(text, engine) for text in style)
        grey = None if mask is None else engine.run(ImportPicture(path=mask)).blob
        recipe = Recipe((Layer(**{**vars(layer), "styles": uses, "mask": grey}),)).check()
        done = engine.run(Export(recipe, Output(out, size, overwrite=True)))
    seconds = round(time.perf_counter() - started, 3)
    report.finished(
        f"{done.path} ({done.width} × {done.height} px, {seconds:.1f} s)",
        path=str(done.path),
        width=done.width,
        height=done.height,
        seconds=seconds,
        peak_rss_mb=round(peak_rss_mb(), 1),
    )


def _use(text: str, engine: Session) -> StyleUse:
    name, weight = split_weight(text)
    return StyleUse(_style(name, engine), weight)


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


def _style(name: str, engine: Session) -> Style:
    card = gallery.find(name)
    if card is not None:
        return GalleryStyle(card.id)
    path = Path(name)
    if path.exists() or path.suffix:  # a file name that is not there is reported as a file
        return PictureStyle(engine.run(ImportPicture(path=path)).blob, path.name)
    raise UnknownStyle(name)
