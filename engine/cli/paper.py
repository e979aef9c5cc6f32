"""Options of how a picture is written, which several commands share: depth, colours, paper, what is done with strips; and their checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.api.errors import BadRequest
from engine.api.limits import MAX_EDGE
from engine.api.output import BLEED_EDGES, PROFILES, Output, pixels_on_paper
from engine.api.recipe import Recipe

Size = Annotated[int | None, typer.Option(help="Long edge of the result in pixels; the photo's own where not given.")]
Width = Annotated[float | None, typer.Option(metavar="CM", help="Width on paper; needs --dpi.")]
Dpi = Annotated[float | None, typer.Option(help="Dots per inch.")]
Bleed = Annotated[float, typer.Option(metavar="CM", help="Add this beyond each edge, to be cut off; needs --dpi.")]
Edges = Annotated[str, typer.Option("--bleed-edges", help=f"What lies in the bleed: {' or '.join(BLEED_EDGES)}.")]
Bits = Annotated[int | None, typer.Option(help="8 or 16 bits a sample; the photo's own where not given.")]
Profile = Annotated[str, typer.Option(metavar="NAME|ICC", help=f"{', '.join(PROFILES)}, or an .icc file.")]
Intent = Annotated[str, typer.Option(help="perceptual, relative, saturation or absolute.")]
BlackPoint = Annotated[bool, typer.Option("--black-point/--no-black-point", help="Black point compensation.")]
Quality = Annotated[int, typer.Option(help="Of JPEG and WebP, 1 to 100.")]
Chroma = Annotated[str, typer.Option(help="Of JPEG: 4:4:4 or 4:2:0.")]
Compression = Annotated[str, typer.Option(help="Of TIFF: deflate, lzw or none.")]
Statistics = Annotated[str, typer.Option(help="preview: as on the screen; native: of the print's own pixels.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what an earlier render of the same picture left unfinished.")]


def asked_for(out: Path, width: float | None, **options: Any) -> Output:
    """What the options ask for, before the picture is known; raises BadRequest, also where `width` cannot be told."""
    output = Output(out, **options).check()
    if width is not None:
        wide(output, width)
    return output


def check_name(out: Path) -> None:
    """Raise what is wrong with the name of the file to write, before seconds are spent on loading the engine and reading pictures."""
    from engine.imaging.files import check_target

    if out.is_dir():
        raise BadRequest(f"The output {out}", f"it is a folder; add a file name, as in {out / 'picture.png'}")
    check_target(out, 1, 1, overwrite=True)


def check_apart(out: Path, picture: Path, role: str) -> None:
    """Raises BadRequest where the file to write is a picture that is to be read; `role` says which."""
    if out.exists() and out.samefile(picture):
        raise BadRequest(f"The output {out}", f"it is {role} to be read, and would be lost; choose another name")


def on_paper(output: Output, recipe: Recipe, width: float | None) -> Output:
    """The output with the long edge that makes `width` centimetres of paper at its resolution."""
    if width is None:
        return output
    native_width, native_height = recipe.native_size
    pixels = wide(output, width)
    edge = round(pixels * max(native_width, native_height) / native_width)
    if not 1 <= edge <= MAX_EDGE:
        raise BadRequest(f"The width {width:g} cm", f"at {output.dpi:g} dpi the long edge is {edge} pixels, and {MAX_EDGE} are the most")
    return replace(output, long_edge=edge)


def wide(output: Output, width: float) -> int:
    """Pixels of `width` centimetres; raises BadRequest where that cannot be told."""
    if output.dpi is None:
        raise BadRequest("The width", "it is measured on paper; give the resolution, too, as in --dpi 300")
    if output.long_edge is not None:
        raise BadRequest("The width", "the size in pixels is given, too; leave one of them out")
    return pixels_on_paper(width, output.dpi)
