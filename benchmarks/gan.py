"""The studio's DCGAN and its style-based generator beside the public DCGAN recipe: how fast they train, and how far they get.

    python -m benchmarks.gan [--quick] [--json FILE] [--minutes 15] [--seeds 3] [--cells N] [--no-speed] [--folder DIR]

One thread, photographs of flowers at 64 px, time as the process's CPU time. The second part trains every contender for so many
CPU-minutes (its watch included; opening and judging not) and lets `../shared` judge what it makes. That takes hours: each cell,
one contender with one seed, is kept in DIR when it is finished. With --cells at most so many are added, and the table is of what
there is. --quick: seconds instead of minutes, one seed, nothing kept.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from benchmarks.gan_judge import Judge, Score
from benchmarks.gan_recipe import BATCH, Recipe
from benchmarks.report import Row, at_least, at_most, interleaved, parser, publish, shared
from engine.device import choose
from engine.imaging.sheets import sheet
from engine.nets.generators import build_generator
from engine.nets.generators.config import Kind
from engine.training.generator.config import TrainGenerator, recipe_for
from engine.training.generator.dataset import store_pictures
from engine.training.generator.loop import train
from engine.training.generator.runs import Run
from engine.training.generator.trainer import Trainer
from engine.training.generator.watching import sample_steps
from engine.training.moments import below

Pixels = npt.NDArray[np.uint8]
Contender = Literal["recipe", "dcgan", "style"]

SIZE = 64
TARGET_MINUTES = 15.0
"""The budget that the target of quality is set for."""
ROUNDS = 5
SAMPLES, QUICK_SAMPLES = 2000, 200
QUICK_MINUTES = 0.1
FOLDER = Path(__file__).resolve().parents[1] / "runs" / "benchmark-gan"

NAMES: dict[Contender, str] = {"recipe": "public DCGAN recipe, fp32", "dcgan": "our DCGAN", "style": "our style-based S64"}


# ---- the contenders ----


@cache
def flowers() -> Pixels:
    """(N, 3, SIZE, SIZE), by name."""
    return np.stack([_small(path) for path in sorted(shared("data", "gan", "flowers64").glob("*.jpg"))])


def _small(path: Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX)).transpose(2, 0, 1)


def configured(kind: Kind, seed: int, run: Path) -> TrainGenerator:
    """The studio's own recipe of the kind; DCGAN with the public recipe's batches."""
    options = recipe_for(kind, SIZE) | ({"batch": BATCH} if kind == "dcgan" else {})
    return TrainGenerator(run, run, seed=seed, precision=choose("cpu").precision, checkpoint_minutes=1e6, preview_every=10**9, **options)


@dataclass(frozen=True)
class Learned:
    """What a contender got to: training pictures shown, and its samples uint8 (N, 3, SIZE, SIZE)."""

    seen: int
    samples: Pixels


def learn(contender: Contender, seed: int, seconds: float, samples: int) -> Learned:
    """Train for so many CPU-seconds, up to the end of the step."""
    if contender == "recipe":
        return _learn_recipe(seed, seconds, samples)
    return _learn_ours(contender, seed, seconds, samples)


def _learn_recipe(seed: int, seconds: float, samples: int) -> Learned:
    """In epochs of whole batches, as the example's loader draws them."""
    pictures, recipe = flowers(), Recipe(seed)
    seen, began = 0, time.process_time()
    while True:
        order = torch.randperm(len(pictures)).numpy()
        for start in range(0, len(order) - BATCH + 1, BATCH):
            recipe.step(floats(pictures[order[start : start + BATCH]]))
            seen += BATCH
            if time.process_time() - began >= seconds:
                return Learned(seen, recipe.samples(samples).numpy())


def floats(pixels: Pixels) -> torch.Tensor:
    """uint8 to fp32 in -1..1, contiguous."""
    return torch.from_numpy(pixels).float().div(127.5).sub(1)


def _learn_ours(kind: Kind, seed: int, seconds: float, samples: int) -> Learned:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        store_pictures(run, flowers()).close()
        config = configured(kind, seed, run)
        with closing(train(config, torch.device("cpu"))) as reports:
            next(reports)  # by now the run is open
            began = time.process_time()
            for _ in reports:
                if time.process_time() - began >= seconds:
                    break
        kept = Run(run).newest()
    network = build_generator(config.network)
    network.load_state_dict(below(kept.tensors, "average"))
    made = sample_steps(network.eval(), seed, samples, torch.float32)
    return Learned(kept.metadata["state"]["seen"], torch.cat(list(made)).numpy())


# ---- how fast ----


def speed(rounds: int) -> list[Row]:
    """Training pictures a CPU-second. The style-based one's penalty is taken in one step of eight: all eight are timed."""
    ours = {kind: stepping(kind) for kind in ("dcgan", "style")}
    took = interleaved({"recipe": _stepping_recipe(), **ours}, rounds, time.process_time)
    style = configured("style", 0, FOLDER)
    pictures = {"recipe": BATCH, "dcgan": BATCH, "style": style.batch * style.penalty_interval}
    rate = {name: pictures[name] / seconds for name, seconds in took.items()}
    precision = choose("cpu").precision
    return [
        Row(f"{NAMES['recipe']}: training", round(rate["recipe"], 1), "images a CPU-second"),
        Row(f"{NAMES['dcgan']}, {precision}: training", round(rate["dcgan"], 1), "images a CPU-second"),
        Row(f"{NAMES['style']}, {precision}: training", round(rate["style"], 1), "images a CPU-second"),
        at_least("our DCGAN trains faster", rate["dcgan"] / rate["recipe"], "×", 1.6, NAMES["recipe"]),
    ]


def _stepping_recipe() -> Callable[[], None]:
    recipe, pixels = Recipe(0), flowers()[:BATCH]
    return lambda: recipe.step(floats(pixels))


def stepping(kind: Kind) -> Callable[[], None]:
    """One step of the studio's training, or as many as its penalty's interval."""
    config = configured(kind, 0, FOLDER)
    trainer, pixels = Trainer(config, torch.device("cpu")), flowers()[: config.batch]

    def steps() -> None:
        for _ in range(max(1, config.penalty_interval)):
            for _ in trainer.phases(pixels):
                pass

    return steps


# ---- how far ----


@dataclass(frozen=True)
class Cell:
    """One contender's result with one seed."""

    contender: Contender
    seed: int
    minutes: float
    seen: int
    score: Score

    def file(self) -> str:
        return cell_file(self.contender, self.seed, self.minutes)


def cell_file(contender: Contender, seed: int, minutes: float) -> str:
    return f"{minutes:g}min-{contender}-{seed}.json"


def kept_cell(folder: Path, contender: Contender, seed: int, minutes: float) -> Cell | None:
    path = folder / cell_file(contender, seed, minutes)
    if not path.is_file():
        return None
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Cell(**values | {"score": Score(**values["score"])})


def keep(folder: Path, cell: Cell, samples: Pixels) -> None:
    """The result, and a sheet of the first samples beside it, to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / cell.file()
    Image.fromarray(sheet(samples[:64], 8)).save(path.with_suffix(".png"))
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(cell), indent=1), encoding="utf-8")
    unfinished.replace(path)


def cells(folder: Path, minutes: float, seeds: int, most: int | None, samples: int, judge: Judge) -> list[Cell]:
    """All cells that there are, after at most `most` new ones; a seed's contenders come one after the other."""
    found, new = [], 0
    for seed in range(seeds):
        for contender in get_args(Contender):
            cell = kept_cell(folder, contender, seed, minutes)
            if cell is None and (most is None or new < most):
                new += 1
                print(f"{NAMES[contender]}, seed {seed}, {minutes:g} CPU-minutes …", flush=True)
                learned = learn(contender, seed, minutes * 60, samples)
                cell = Cell(contender, seed, minutes, learned.seen, judge.score(learned.samples))
                keep(folder, cell, learned.samples)
                print(f"  {cell.seen} pictures shown, {cell.score}", flush=True)
            if cell is not None:
                found.append(cell)
    return found


def learning(found: Sequence[Cell], minutes: float, floor: Score) -> list[Row]:
    """Medians over the seeds that every contender has finished."""
    of = {contender: {cell.seed: cell for cell in found if cell.contender == contender} for contender in get_args(Contender)}
    seeds = sorted(set.intersection(*(set(cells) for cells in of.values())))
    if not seeds:
        return []
    when = f"after {minutes:g} CPU-minutes, seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
    rows = [Row("frechet, real pictures against real ones", round(floor.frechet, 1), "")]
    distance: dict[Contender, float] = {}
    for contender, name in NAMES.items():
        chosen = [of[contender][seed] for seed in seeds]
        distance[contender] = statistics.median(cell.score.frechet for cell in chosen)
        coverage = statistics.median(cell.score.coverage for cell in chosen)
        rows.append(Row(f"{name}, {when}: training pictures shown", statistics.median(cell.seen for cell in chosen), ""))
        rows.append(Row(f"{name}, {when}: frechet", round(distance[contender], 1), ""))
        rows.append(Row(f"{name}, {when}: coverage", round(coverage, 3), ""))
    share = distance["style"] / distance["recipe"]
    name = f"S64's frechet, {when}"
    if minutes == TARGET_MINUTES:
        return [*rows, at_most(name, share, "×", 0.5, NAMES["recipe"])]
    return [*rows, Row(name, round(share, 3), "×", f"none but for {TARGET_MINUTES:g} minutes", peer=NAMES["recipe"])]


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    shared("tools", "gan_quality.py")
    flowers()  # first of all, in case they are not there
    print(f"1 thread, {choose('cpu').title}, torch {torch.__version__}", flush=True)
    judge = Judge(shared("data", "dev", "flowers64"), QUICK_SAMPLES if options.quick else SAMPLES)
    rows = [] if options.no_speed else speed(1 if options.quick else ROUNDS)
    if options.quick:
        with tempfile.TemporaryDirectory() as folder:
            found = cells(Path(folder), options.minutes, options.seeds, options.cells, QUICK_SAMPLES, judge)
    else:
        found = cells(options.folder, options.minutes, options.seeds, options.cells, SAMPLES, judge)
    if found:
        rows += learning(found, options.minutes, judge.floor())
    publish(rows, options.json)


def _options() -> argparse.Namespace:
    options = parser(__doc__)
    options.add_argument("--minutes", type=float, help=f"CPU-minutes of training for a cell ({TARGET_MINUTES:g})")
    options.add_argument("--seeds", type=int, help="how many seeds (3)")
    options.add_argument("--cells", type=int, help="at most so many new cells in this run; 0: none")
    options.add_argument("--no-speed", action="store_true", help="leave the first part out")
    options.add_argument("--folder", type=Path, default=FOLDER, help="where finished cells are kept")
    chosen = options.parse_args()
    minutes, seeds = (QUICK_MINUTES, 1) if chosen.quick else (TARGET_MINUTES, 3)
    chosen.minutes, chosen.seeds = chosen.minutes or minutes, chosen.seeds or seeds
    return chosen


if __name__ == "__main__":
    main()
