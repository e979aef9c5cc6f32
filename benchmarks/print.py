"""Prints: time, memory, seams, and whether they look like the preview.

    python -m benchmarks.print [--quick] [--json FILE]

Every export is a `sfumato` process of its own, whose peak memory is its own VmHWM. The photo is one of the shared data folder. Seams are
measured on the house stylizer's picture of 2048 x 2048 px, cut in tiles: with the statistics of each tile, of a thumbnail (URST, Chen et
al. 2022, arXiv 2103.11784), and streamed exactly. CPU seconds stand beside the wall's, which other programs on the machine lengthen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.report import Row, arguments, at_least, at_most, publish, shared
from engine.api.places import Places
from engine.api.recipe import GalleryStyle, Layer, PictureStyle, Recipe, StyleUse
from engine.api.requests import ImportPicture
from engine.context import Context, Wait
from engine.engine import run
from engine.imaging.files import load
from engine.imaging.resampling import resize
from engine.models.stylizer import HALO, StylizerModel
from engine.nets.stylizer import Moments, finish
from engine.render import extended, floats, picture_code, render
from engine.startup import open_context

STYLE = "van-gogh-mountain-meadow"
MOST_SECONDS = {16384: 120}
MOST_MEMORY = {16384: 1000, 30000: 1500}
"""What is asked of a print, by its long edge: seconds end to end, and MB at the peak. The largest one has to be finished at all."""

SIDE = 2048
TILE = 864


def exported(photo: Path, out: Path, edge: int) -> dict[str, float]:
    """One command: what it says, and its CPU seconds."""
    before = os.times()
    command = [sys.executable, "-m", "desktop", "stylize", str(photo), "--style", STYLE, "-o", str(out), "--size", str(edge), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    after = os.times()
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {**said, "cpu": cpu}


def measured(what: str, value: float, unit: str, most: float | None) -> Row:
    """A row, with its target where there is one."""
    return Row(what, value, unit) if most is None else at_most(what, value, unit, most)


def square(photo: Path, folder: Path, side: int) -> Path:
    """The middle of a photo as a square of its own."""
    from engine.imaging.files import save
    from engine.imaging.picture import Picture

    picture = load(photo)
    edge = min(picture.width, picture.height)
    top, left = (picture.height - edge) // 2, (picture.width - edge) // 2
    save(Picture(resize(picture.pixels[top : top + edge, left : left + edge], side, side)), folder / "square.png", overwrite=True)
    return folder / "square.png"


# ---- seams ----


def seams(photo: Path, context: Context) -> list[Row]:
    model = context.models.stylizer()
    pixels = extended(load(photo).pixels)
    code = _ended(picture_code(PictureStyle(context.blobs.add(_style())), SIDE, model, context))
    whole_features = finish(model.encode_steps(floats(pixels)))
    exact = Moments.of(whole_features)
    whole = _decoded(model, whole_features, code, exact)
    thumbnail = Moments.of(finish(model.encode_steps(floats(extended(resize(load(photo).pixels, 1024, 1024))))))
    rows = []
    for name, moments in (("streamed exactly", exact), ("of a thumbnail (URST)", thumbnail), ("of each tile", None)):
        tiled = _tiled(model, pixels, code, moments)
        apart = float((tiled - whole).abs().max()) * 255
        ratio = _seam_ratio(tiled, whole)
        peer = "" if name.startswith("streamed") else "the whole picture"
        if not peer:
            title = f"{str(model.dtype).removeprefix('torch.')}, tiled, statistics {name}: largest difference to untiled"
            rows.append(at_most(title, apart, "of 255", 0.01 if model.dtype is torch.float32 else 2))
            rows.append(at_most("gradient at seams against untiled, from 1", abs(ratio - 1), "", 0.01))
        else:
            rows.append(Row(f"tiled, statistics {name}: largest difference to untiled", round(apart, 2), "of 255"))
            rows.append(Row(f"tiled, statistics {name}: gradient at seams against untiled", round(ratio, 3), "×"))
    return rows


def _tiled(model: StylizerModel, pixels: np.ndarray, code: Tensor, moments: Moments | None) -> Tensor:
    height, width = pixels.shape[:2]
    made = torch.empty(3, height, width)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            y, x = max(0, top - HALO), max(0, left - HALO)
            bottom, right = min(height, top + TILE), min(width, left + TILE)
            window = floats(pixels[y : min(height, bottom + HALO), x : min(width, right + HALO)])
            features = finish(model.encode_steps(window))
            picture = _decoded(model, features, code, moments or Moments.of(features))
            made[:, top:bottom, left:right] = picture[:, top - y : bottom - y, left - x : right - x]
    return made


def _decoded(model: StylizerModel, features: Tensor, code: Tensor, moments: Moments) -> Tensor:
    return finish(model.decode_steps(features, code, moments))[0].clamp(0, 1)


def _seam_ratio(tiled: Tensor, whole: Tensor) -> float:
    """The step across seams over that of the untiled picture at the same places."""
    places = range(TILE, tiled.shape[2], TILE)
    steps = [sum(float((each[:, :, at] - each[:, :, at - 1]).abs().mean()) for at in places) for each in (tiled, whole)]
    return steps[0] / steps[1]


def _style() -> bytes:
    from engine.jobs.library import house_picture

    return house_picture().read_bytes()


def _ended(steps: Generator[Any, Any, Any]) -> Any:
    answer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return end.value
        answer = step.future.result() if isinstance(step, Wait) else None


# ---- likeness ----


def likeness(photo: Path, printed: Path, context: Context) -> list[Row]:
    """The print scaled down against the preview: structural similarity (Wang et al. 2004) of lightness, and CIE 1976 colour difference."""
    taken = run(ImportPicture(path=photo), context)
    recipe = Recipe((Layer(taken, (StyleUse(GalleryStyle(STYLE)),)),))
    preview = _ended(render(recipe, recipe.size_at(1024), context)).pixels
    small = reduced(printed, preview.shape[1], preview.shape[0])
    return [
        at_least("print scaled down against the preview, SSIM", ssim(small, preview), "", 0.9),
        at_most("print scaled down against the preview, mean colour difference", difference(small, preview), "ΔE", 3),
    ]


def reduced(path: Path, width: int, height: int) -> np.ndarray:
    """A file at another size, read in strips."""
    import pyvips

    image = pyvips.Image.new_from_file(str(path), access="sequential")
    small = image.resize(width / image.width, vscale=height / image.height, kernel="lanczos3")
    samples: np.ndarray = small.numpy()[..., :3].astype(np.uint8)
    return samples


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    weights = torch.tensor([0.299, 0.587, 0.114])
    x, y = ((torch.from_numpy(each.astype(np.float32)) / 255 @ weights)[None, None] for each in (one, other))
    places = torch.arange(11) - 5.0
    line = torch.exp(-(places**2) / 4.5)
    kernel = (line[:, None] * line[None]) / line.sum() ** 2

    def mean(values: Tensor) -> Tensor:
        return torch.nn.functional.conv2d(values, kernel[None, None])

    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    return float((((2 * mx * my + 1e-4) * (2 * cov + 9e-4)) / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))).mean())


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.sqrt(((_lab(one) - _lab(other)) ** 2).sum(2)).mean())


def _lab(pixels: np.ndarray) -> np.ndarray:
    encoded = pixels.astype(np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / [0.9505, 1.0, 1.089]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], 2)


def main() -> None:
    options = arguments(__doc__)
    photo = shared("data", "content_hq", "el_Martin_Adams.jpg")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for dtype in (torch.float32, torch.bfloat16):
            context = open_context(Places(folder / "home"))
            context.models.dtype = dtype
            rows += seams(square(photo, folder, SIDE), context)
            context.io.close()
        done = exported(square(photo, folder, 4000), folder / "out.png", 4096)
        rows += [at_most("4096 × 4096 PNG, end to end", done["seconds"], "s", 12), Row("the same, CPU", round(done["cpu"], 1), "s")]
        rows.append(at_most("the same, peak memory", done["peak_rss_mb"], "MB", 900))
        context = open_context(Places(folder / "home"))
        edges = (2048,) if options.quick else (1024, 2048, 4096, 8192, 16384, 30000)
        times: list[tuple[float, float]] = []
        for edge in edges:
            out = folder / f"{edge}.tif"  # a name of its own: libvips remembers files by their names
            done = exported(photo, out, edge)
            times.append((done["width"] * done["height"] / 1e6, done["cpu"]))
            rows.append(measured(f"{edge} px TIFF from 6000 × 4000, end to end", done["seconds"], "s", MOST_SECONDS.get(edge)))
            rows.append(Row("the same, CPU", round(done["cpu"], 1), "s"))
            rows.append(measured("the same, peak memory", done["peak_rss_mb"], "MB", MOST_MEMORY.get(edge)))
            rows += likeness(photo, out, context)
            out.unlink()
        context.io.close()
        if not options.quick:
            pixels, spent = np.array(times).T
            slope, start = np.polyfit(pixels, spent, 1)
            rows.append(Row("CPU seconds a megapixel, fitted over the sizes", round(float(slope), 3), "s"))
            rows.append(Row("CPU seconds of the start, fitted", round(float(start), 1), "s"))
            rows.append(Row("correlation of CPU seconds and megapixels", round(float(np.corrcoef(pixels, spent)[0, 1]), 4), ""))
    publish(rows, options.json)


if __name__ == "__main__":
    main()
