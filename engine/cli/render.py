"""sfumato render: a document, or a picture that Sfumato exported, made again at any size."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.api import recipe as recipes
from engine.api.archive import FORMAT, unpack
from engine.api.errors import BadRequest, DocumentDamaged, FileMissing, PartMissing, SourceChanged
from engine.api.output import Output
from engine.api.places import places
from engine.api.recipe import BlobId, Photo, PictureStyle, Recipe
from engine.api.requests import Export, ImportPicture
from engine.cli import paper
from engine.cli.options import Device, DeviceWish, Json, Seed
from engine.cli.report import Report
from engine.cli.session import Session, exported, session, unfinished_told

DOCUMENT_SUFFIX = ".sfumato"

_BLOB_ID = re.compile(r"[0-9a-f]{64}")


def render(
    source: Annotated[
        Path, typer.Argument(metavar="PROJECT.sfumato|PICTURE", help="A document, or an exported picture.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The file to write, or to replace: .png, .jpg, .webp or .tif.", show_default=False)
    ],
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
    lossless: Annotated[bool, typer.Option("--lossless", help="Of WebP.")] = Output.lossless,
    chroma: paper.Chroma = Output.chroma,
    compression: paper.Compression = Output.compression,
    statistics: paper.Statistics = Output.statistics,
    photos: Annotated[
        list[Path] | None, typer.Option("--photos", metavar="FOLDER", help="Where the pictures of the recipe are; may repeat.")
    ] = None,
    accept_changed: Annotated[
        bool, typer.Option("--accept-changed", help="Use pictures that have changed since the recipe was made as they are now.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="The stylizer to use: its id, or a .safetensors file.")] = None,
    resume: paper.Resume = False,
    device: Device = DeviceWish.AUTO,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Make a picture again from its recipe, at any size, for the screen or for paper."""
    started = time.perf_counter()
    output = paper.asked_for(
        out,
        width,
        long_edge=size,
        quality=quality,
        lossless=lossless,
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
    _check_names(source, out)
    report = Report(as_json)
    with unfinished_told(report, out), session(report, device, seed) as engine:
        if model is not None:
            engine.use_stylizer(model)
        if source.suffix.lower() == DOCUMENT_SUFFIX:
            recipe = _of_document(source, engine)
        else:
            folders = (*(photos or ()), source.absolute().parent, Path.cwd())
            recipe = _of_picture(source, folders, accept_changed, engine)
        done = engine.run(Export(recipe, paper.on_paper(output, recipe, width)))
    exported(report, done, started, dpi)


def _check_names(source: Path, out: Path) -> None:
    if not source.exists():
        raise FileMissing(source)
    paper.check_name(out)
    paper.check_apart(out, source, "the picture")


# ---- documents ----


def _of_document(path: Path, engine: Session) -> Recipe:
    """The recipe of a document, with its pictures taken in."""

    def parse(data: bytes) -> tuple[Recipe, tuple[BlobId, ...]]:
        recipe = _recipe(data, path)
        return recipe, tuple(recipe.blobs())

    recipe = unpack(path, engine.context.blobs.folder, parse)
    if not recipe.layers:
        raise BadRequest(path, "it holds no picture yet; open it in the studio and drop a photo")
    return recipe


def _recipe(data: bytes, path: Path) -> Recipe:
    try:
        values = json.loads(data)
        number = values["format"]
        recipe = recipes.from_plain(values["recipe"]) if number <= FORMAT else Recipe()
        if not all(map(_BLOB_ID.fullmatch, recipe.blobs())):
            raise ValueError("a picture's id is none")
    except (BadRequest, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DocumentDamaged(path, str(error).rstrip(".")) from error
    if number > FORMAT:
        raise BadRequest(path, f"it was made by a newer Sfumato (document format {number}); update Sfumato to open it")
    return recipe


# ---- exported pictures ----


def _of_picture(path: Path, folders: Sequence[Path], accept_changed: bool, engine: Session) -> Recipe:
    """The recipe in an exported picture, with its pictures found and taken in."""
    from engine.imaging.files import read_text
    from engine.jobs.export import recipe_in

    recipe = recipe_in(read_text(path))
    if recipe is None or not recipe.layers:
        raise BadRequest(
            path,
            "it carries no recipe; only pictures that Sfumato exported do, unless another program has rewritten them. To enlarge it as it "
            "is use `sfumato upscale`; to paint it use `sfumato stylize`, or lay it on the canvas and export it",
        )
    replaced = {}
    for blob, name in _named(recipe):
        found = _found(blob, name, path, folders, accept_changed, engine)
        if found != blob:
            replaced[blob] = found
    return _with(recipe, replaced) if replaced else recipe


def _named(recipe: Recipe) -> Iterator[tuple[BlobId, str]]:
    """Every blob with the name of the file that it came from; a mask has none."""
    names = {layer.source.blob: layer.source.name for layer in recipe.layers if isinstance(layer.source, Photo)}
    names |= {use.style.blob: use.style.name for layer in recipe.layers for use in layer.styles if isinstance(use.style, PictureStyle)}
    return ((blob, names.get(blob, "")) for blob in recipe.blobs())


def _found(blob: BlobId, name: str, picture: Path, folders: Sequence[Path], accept_changed: bool, engine: Session) -> BlobId:
    """Take in the blob from the artist's library, or from a file of its name; a file that has changed only where that is accepted."""
    from engine.imaging.files import sha256_of

    kept = places().blobs / blob
    candidates = [kept, *(folder / Path(name).name for folder in folders if name)]
    changed = None
    for file in candidates:
        if not _BLOB_ID.fullmatch(blob) or not file.is_file() or file.samefile(picture):
            continue
        if sha256_of(file) == blob:
            return engine.context.blobs.add_file(file)
        changed = changed or file
    if changed is None:
        if not name:
            raise PartMissing(f"A mask of {picture}, or the tuning of its generator,", "render its document, which holds it")
        looked = ", ".join(map(str, dict.fromkeys(folders)))
        raise PartMissing(f"{name}, which {picture} was made from (looked for in {looked}),", "say where it is with --photos FOLDER")
    if not accept_changed:
        raise SourceChanged(changed, f"its bytes are not those that {picture.name} was made from")
    engine.report.note(f"{changed} has changed since {picture.name} was made: it is used as it is now.")
    return engine.run(ImportPicture(path=changed)).blob


def _with(recipe: Recipe, replaced: dict[BlobId, BlobId]) -> Recipe:
    """The recipe with other blobs. A photo keeps the size that it is said to have: the picture keeps its shape."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [changed(each) for each in value]
        return replaced.get(value, value) if isinstance(value, str) else value

    return recipes.from_plain(changed(recipes.to_plain(recipe)))
