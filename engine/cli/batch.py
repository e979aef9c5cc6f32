"""sfumato batch: many pictures, each in every one of many styles. One that cannot be made does not stop the others."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from engine.api import gallery
from engine.api.errors import BadRequest, SfumatoError, UnknownFormat
from engine.api.naming import free_path, pictures_in, result_name
from engine.api.output import Output
from engine.api.recipe import GalleryStyle, Layer, Photo, Recipe, StyleUse
from engine.api.requests import Export, ImportPicture
from engine.cli import paper
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report
from engine.cli.session import Session, session
from engine.cli.stylize import NOT_YET, taken_in, use_of

Existing = Literal["number", "skip", "replace"]
FORMATS = ("png", "jpg", "webp", "tif")


def batch(
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE|FOLDER …", help="The photos; of a folder, all in it.", show_default=False)
    ],
    style: Annotated[list[str], typer.Option(metavar="STYLE", help="A style of the gallery or an image file; may repeat.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder for the results; made if missing.", show_default=False)],
    file_format: Annotated[str, typer.Option("--format", help="png, jpg, webp or tif.")] = "png",
    existing: Annotated[str, typer.Option(help="Files that are there: number the new one, skip it, or replace them.")] = "number",
    strength: Annotated[float, typer.Option(help="0: the photo itself, 1: the whole style.")] = Layer.strength,
    style_scale: Annotated[float, typer.Option(help="Size of the strokes, 0.25 to 4.")] = Layer.style_scale,
    keep_colors: Annotated[bool, typer.Option("--keep-colors", help="Keep the photo's colours.")] = Layer.keep_colors,
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
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Paint many pictures, each in every one of the styles."""
    started = time.perf_counter()
    output = paper.asked_for(
        out,
        width,
        long_edge=size,
        quality=quality,
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
    )
    uses = [use_of(text) for text in style]
    draft = Layer(Photo(NOT_YET, 1, 1), (), strength, style_scale, keep_colors)
    Recipe((draft,)).check()
    photos = _photos(pictures)
    work = Work(photos, uses, draft, output, width, _suffix(file_format), _existing(existing))
    out.mkdir(parents=True, exist_ok=True)
    report = Report(as_json)
    with session(report, device, seed) as engine:
        if model is not None:
            engine.use_stylizer(model)
        made, skipped, failed = work.done(engine)
    words = f"{made} made" + (f", {skipped} skipped" if skipped else "") + (f", {failed} failed" if failed else "")
    seconds = round(time.perf_counter() - started, 3)
    report.finished(f"{out} ({words}, {seconds:.1f} s)", folder=str(out), made=made, skipped=skipped, failed=failed, seconds=seconds)
    if failed:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Work:
    """All that there is to do; styles are not read yet."""

    photos: list[Path]
    uses: list[StyleUse]
    draft: Layer
    output: Output
    width: float | None
    suffix: str
    existing: Existing

    def done(self, engine: Session) -> tuple[int, int, int]:
        """How many were made, skipped and failed. Raises what is wrong with a style, before any picture is made."""
        styles = [replace(use, style=taken_in(use.style, engine)) for use in self.uses]
        counts = {"done": 0, "skipped": 0, "failed": 0}
        for path in self.photos:
            for use in styles:
                target = self._target(path, use)
                state, sentence = "skipped", f"{target} is there already"
                if not (self.existing == "skip" and target.exists()):
                    state, sentence = self._made(path, use, target, engine)
                counts[state] += 1
                engine.report.step(sentence, picture=str(path), path=str(target), state=state, said=sentence)
        return counts["done"], counts["skipped"], counts["failed"]

    def _made(self, path: Path, use: StyleUse, target: Path, engine: Session) -> tuple[str, str]:
        try:
            photo = engine.run(ImportPicture(path=path))  # decoded once: the engine remembers it for the next style
            recipe = Recipe((replace(self.draft, source=photo, styles=(use,)),))
            output = replace(self.output, path=target, overwrite=self.existing == "replace")
            engine.run(Export(recipe, paper.on_paper(output, recipe, self.width)))
        except SfumatoError as error:
            return "failed", str(error)
        return "done", str(target)

    def _target(self, path: Path, use: StyleUse) -> Path:
        name = result_name(path.name, _title(use))
        return free_path(self.output.path, name, self.suffix) if self.existing == "number" else self.output.path / f"{name}{self.suffix}"


def _title(use: StyleUse) -> str:
    if isinstance(use.style, GalleryStyle):
        card = gallery.find(use.style.id)
        return use.style.id if card is None else card.title
    return Path(use.style.name).stem


def _photos(pictures: list[Path]) -> list[Path]:
    photos = pictures_in(pictures)
    if not photos:
        raise BadRequest(", ".join(map(str, pictures)), "there is no picture in it")
    return photos


def _suffix(file_format: str) -> str:
    if file_format.lower().removeprefix(".") not in FORMATS:
        raise UnknownFormat(file_format)
    return "." + file_format.lower().removeprefix(".")


def _existing(word: str) -> Existing:
    for known in get_args(Existing):
        if word == known:
            return known  # type: ignore[no-any-return]
    raise BadRequest(f"The choice {word}", f"for files that are there it must be one of {', '.join(get_args(Existing))}")
