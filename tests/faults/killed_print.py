"""Renders or enlarges one picture and is killed: run by `test_prints`, prints one line of JSON.

    python -m tests.faults.killed_print export|enlarge|upscale FOLDER KILLS SEED

A process that has loaded torch, and computed nothing with it, forks a new one for every attempt; each but the last is killed with
SIGKILL after a random time, and the next resumes.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

import torch

from engine import printing, render
from engine.api.output import Output
from engine.api.recipe import Layer, Photo, PictureStyle, Recipe, StyleUse
from engine.api.requests import Export, ImportPicture, Upscale
from engine.context import Context
from engine.engine import run
from engine.jobs import export as export_job
from engine.models import upscaler
from tests.tiny import picture_file, tiny_context, write_tiny_upscaler


def attempt(what: str, folder: Path, output: Output) -> None:
    """One process's work: the same every time, with many strips, and levels where styles are painted."""
    torch.set_num_threads(1)
    context = tiny_context(folder / f"home-{os.getpid()}")
    photo = run(ImportPicture(path=folder / "photo.png"), context)
    {"export": export, "enlarge": enlarge, "upscale": upscale}[what](photo, folder, output, context)
    context.io.close()


def export(photo: Photo, folder: Path, output: Output, context: Context) -> None:
    vars(printing).update(LOOK_EDGE=96, LEVEL_ROWS=24)
    render.TILE, export_job.ROWS = 64, 12
    style = run(ImportPicture(path=folder / "style.png"), context)
    run(Export(Recipe((Layer(photo, (StyleUse(PictureStyle(style.blob)),)),)), output), context)


def enlarge(photo: Photo, folder: Path, output: Output, context: Context) -> None:
    """A print larger than its photo, of which both the painting and the photo show."""
    vars(printing).update(LOOK_EDGE=96, LEVEL_ROWS=24)
    render.TILE, export_job.ROWS, upscaler.TILE = 64, 12, 16
    write_tiny_upscaler(context.places.models, "upscale-faithful-x2", 2)
    style = run(ImportPicture(path=folder / "style.png"), context)
    layer = Layer(photo, (StyleUse(PictureStyle(style.blob)),), keep_colors=True)
    run(Export(Recipe((layer,)), replace(output, long_edge=500)), context)


def upscale(photo: Photo, folder: Path, output: Output, context: Context) -> None:
    upscaler.TILE = 16
    write_tiny_upscaler(context.places.models, "upscale-faithful-x4")
    run(Upscale(photo, output, 4), context)


def forked(what: str, folder: Path, output: Output, seconds: float | None) -> bool:
    """Whether an attempt ended well; with `seconds` it is killed when they are over."""
    child = os.fork()
    if child == 0:
        try:
            attempt(what, folder, output)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def main(what: str, folder: Path, kills: int, seed: int) -> None:
    picture_file(folder / "photo.png", 240, 160, 0)
    picture_file(folder / "style.png", 140, 100, 1)
    output = Output(folder / "whole.tif", 360, bits=16)
    started = time.perf_counter()
    assert forked(what, folder, output, None)
    longest = time.perf_counter() - started
    dice = random.Random(seed)
    killed = replace(output, path=folder / "killed.tif", resume=True, keep_unfinished=True, overwrite=True)
    halfway = half_written = 0
    for _ in range(kills):
        if forked(what, folder, killed, dice.uniform(0.1, 1) * longest):
            killed.path.unlink()  # it was done before: once more from the beginning
            continue
        halfway += (folder / ".killed.tif.unfinished").exists()
        half_written += killed.path.exists() and hashed(killed.path) != hashed(output.path)
    assert forked(what, folder, killed, None)
    left = sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
    print(json.dumps({"same": hashed(killed.path) == hashed(output.path), "halfway": halfway, "half_written": half_written, "left": left}))


def hashed(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
