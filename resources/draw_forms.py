"""Draws abstract compositions by the thousand: the project's own pictures that the house generator `forms-128` learns from.

    python -m resources.draw_forms FOLDER --count 20000 --size 128 --seed 0 [--processes N]

Picture `index` depends on (seed, size, index) alone, so a longer run begins with the pictures of a shorter one, and a run that was
interrupted goes on where it stopped. Every family of compositions occurs once in each successive group of `len(FAMILIES)` pictures.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.drawing.fields import contours, currents, glass, ripples, squares, strata, weave
from resources.drawing.geometric import improvisation, lattice, planes, rhythm, tiles
from resources.drawing.gestures import collage, colour_field, cutouts, dabs, gesture, washes
from resources.drawing.noise import Array
from resources.drawing.palettes import Palette, palette
from resources.drawing.sheet import grained, picture

Family = Callable[[np.random.Generator, Palette, int], Array]
FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        *(planes, lattice, rhythm, improvisation, tiles),
        *(currents, contours, glass, squares, weave, ripples, strata),
        *(gesture, dabs, colour_field, washes, collage, cutouts),
    )
}
# Hard outlines are drawn three times too large; paint and glass, soft already, twice.
SOFT = {"dabs", "gesture", "colour_field", "washes", "glass", "squares", "strata"}
LEAST_SIZE, MOST_SIZE = 16, 1024


def family_of(seed: int, index: int) -> str:
    """The family of one picture: a fresh order of all of them in each successive group."""
    group, place = divmod(index, len(FAMILIES))
    order = np.random.default_rng([seed, group, 1]).permutation(len(FAMILIES))
    return list(FAMILIES)[int(order[place])]


def draw_form(seed: int, index: int, size: int) -> NDArray[np.uint8]:
    """One composition, (size, size, 3) uint8 sRGB."""
    rng = np.random.default_rng([seed, index, 0])
    name = family_of(seed, index)
    scale = 2 if name in SOFT or size > 384 else 3
    drawn = FAMILIES[name](rng, palette(rng), size * scale)
    turns = int(rng.integers(2))
    if turns and name not in ("strata", "colour_field"):
        drawn = np.rot90(drawn)
    small = picture(drawn).resize((size, size), Image.Resampling.BOX)
    finished = grained(np.asarray(small, np.float32) / 255, rng, weave=rng.random() < 0.35, strength=rng.uniform(0.3, 0.9))
    return np.asarray(picture(finished))


def form_path(folder: Path, index: int) -> Path:
    return folder / f"form_{index:06d}.webp"


def write_form(folder: Path, seed: int, size: int, index: int) -> None:
    """Draw one picture into `folder`; it appears there whole or not at all.

    Lossless: ordinary WebP halves the resolution of colour, and saturated edges are what there is to learn here.
    """
    buffer = io.BytesIO()
    Image.fromarray(draw_form(seed, index, size)).save(buffer, "WEBP", lossless=True, quality=20, method=0)
    path = form_path(folder, index)
    part = path.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


def claim(folder: Path, seed: int, size: int) -> None:
    """Note in `folder` what it holds. ValueError where it holds pictures of another seed or size: the two would be mixed unseen."""
    note, wanted = folder / "forms.json", {"seed": seed, "size": size}
    if note.exists():
        try:
            found = json.loads(note.read_text())
        except ValueError as error:
            raise ValueError(f"{note} cannot be read; remove it or choose another folder") from error
        if found != wanted:
            raise ValueError(f"{folder} holds pictures of {found}, not of {wanted}; choose another folder")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(wanted))


def draw_forms(folder: Path, count: int, size: int, seed: int, processes: int = 1) -> int:
    """Draw the pictures 0..count-1 that `folder` lacks; how many were drawn."""
    claim(folder, seed, size)
    missing = [index for index in range(count) if not form_path(folder, index).exists()]
    for done in _each(partial(write_form, folder, seed, size), missing, processes):
        if sys.stderr.isatty() and (done % 100 == 0 or done == len(missing)):
            print(f"\r{done} of {len(missing)}", end="", file=sys.stderr, flush=True)
    return len(missing)


def _each(work: Callable[[int], None], indices: Sequence[int], processes: int) -> Iterator[int]:
    """Do `work` on each of `indices`, yielding how many are done."""
    if processes == 1:
        for done, index in enumerate(indices, 1):
            work(index)
            yield done
        return
    with ProcessPoolExecutor(processes) as pool:
        for done, _ in enumerate(pool.map(work, indices, chunksize=32), 1):
            yield done


def main(arguments: Sequence[str]) -> str | None:
    """Draw what the command line asks for; returns what was wrong, None where nothing was."""
    parser = argparse.ArgumentParser(prog="draw_forms", description="Draw abstract compositions to train a generator on.")
    parser.add_argument("folder", type=Path, help="where the pictures go; those already there are kept")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=128, help=f"side in pixels, {LEAST_SIZE} to {MOST_SIZE}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    if not 1 <= options.count <= 1_000_000:
        parser.error(f"--count is 1 to 1000000, not {options.count}")
    if not LEAST_SIZE <= options.size <= MOST_SIZE:
        parser.error(f"--size is {LEAST_SIZE} to {MOST_SIZE}, not {options.size}")
    if options.seed < 0 or options.processes < 1:
        parser.error("--seed is 0 or more and --processes 1 or more")
    try:
        drawn = draw_forms(options.folder, options.count, options.size, options.seed, options.processes)
    except (ValueError, OSError) as error:
        return str(error)
    print(f"{drawn} drawn, {options.count - drawn} kept")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
