"""The memorisation watch's proof: few pictures alarm it, many do not, and what it does about it keeps copies away.

    python -m benchmarks.watch [--quick] [--json FILE]

Style-based networks at 32 px on photographs of flowers, one thread. The same pictures, latents and order for a seed, whether the
watch only watches (first and second part) or also acts (third part). --quick: one seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from benchmarks.report import Row, arguments, at_least, at_most, publish, shared
from engine.nets.generators import preset
from engine.training.generator.config import TrainGenerator
from engine.training.generator.dataset import store_pictures
from engine.training.generator.loop import train
from engine.training.watch import Verdict, WatchConfig

SIZE = 32
FEW, MANY = 30, 5000
SEEDS = 3
BUDGET = 6400
"""Training pictures shown, in which few pictures must alarm and many must not."""
LONGER = 9600
"""Training pictures shown while the watch acts; it may stop the run before."""


@dataclass(frozen=True)
class Window:
    """A verdict, and how many training pictures had been shown."""

    seen: int
    verdict: Verdict

    def line(self) -> str:
        signals = self.verdict.signals
        found = f"AUC {signals.auc:.2f}, gap {signals.gap:.2f}, copies {signals.copies:.1%}, coverage {signals.coverage:.2f}"
        return f"  {self.seen:6d}: {self.verdict.state:5s} {found}, diversity {signals.diversity:.2f}. {self.verdict.sentence}"


@cache
def flowers() -> npt.NDArray[np.uint8]:
    """(N, 3, SIZE, SIZE), by name."""
    return np.stack([_small(path) for path in sorted(shared("data", "gan", "flowers64").glob("*.jpg"))])


def _small(path: Path) -> npt.NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX)).transpose(2, 0, 1)


def windows(count: int, images: int, seed: int, *, counter: bool) -> Generator[Window, None, None]:
    """Train on `count` pictures drawn by `seed`, until so many were shown or the caller has seen enough."""
    chosen = np.random.default_rng(seed).permutation(len(flowers()))[:count]
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        store_pictures(run, flowers()[chosen]).close()
        config = TrainGenerator(run, run, network=preset(SIZE), seed=seed, watch=WatchConfig(counter=counter))
        config = replace(config, steps=images // config.batch, preview_every=10 * images, checkpoint_minutes=60.0)
        with closing(train(config, torch.device("cpu"))) as reports:
            for report in reports:
                if report.verdict is not None:
                    window = Window(report.seen, report.verdict)
                    print(window.line(), flush=True)
                    yield window


def few_alarm(seed: int) -> Row:
    print(f"{FEW} pictures, watched only, seed {seed}", flush=True)
    with closing(windows(FEW, BUDGET, seed, counter=False)) as judged:
        red = next((window.seen for window in judged if window.verdict.state == "red"), None)
    name = f"{FEW} pictures, seed {seed}: first red after"
    return at_most(name, red, "images", BUDGET - 1) if red else Row(name, BUDGET, "images without", f"≤ {BUDGET - 1}", False)


def many_do_not(seed: int) -> Row:
    print(f"{MANY} pictures, watched only, seed {seed}", flush=True)
    judged = list(windows(MANY, BUDGET, seed, counter=False))
    calm = sum(window.verdict.state == "green" for window in judged)
    return at_least(f"{MANY} pictures, seed {seed}: green windows of {len(judged)}", calm, "", BUDGET // WatchConfig().window)


def copies_stay_away(seed: int) -> Row:
    print(f"{FEW} pictures, the watch acts, seed {seed}", flush=True)
    judged = list(windows(FEW, LONGER, seed, counter=True))
    most = 100 * max(window.verdict.signals.copies for window in judged)
    return at_most(f"{FEW} pictures, counter-measures, seed {seed}: most copies in {judged[-1].seen} images", most, "%", 15)


def main() -> None:
    options = arguments(__doc__)
    torch.set_num_threads(1)
    flowers()  # first of all, in case they are not there
    seeds = range(1 if options.quick else SEEDS)
    publish([part(seed) for seed in seeds for part in (few_alarm, many_do_not, copies_stay_away)], options.json)


if __name__ == "__main__":
    main()
