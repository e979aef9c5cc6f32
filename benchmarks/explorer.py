"""The explorer's promises: how soon a picture follows the hand, how long directions, thumbnails, a photo and a film take.

    python -m benchmarks.explorer [--quick] [--json FILE] [--model ID] [--processor-time]

One thread, as under the studio on two cores. Speed does not depend on what a network has learnt, so untrained ones of the house's sizes
are measured; --model names a trained one for the rows about pictures (a photo found again, evenness of a journey), which else are left
out. --processor-time counts this process's own time: what a quiet machine would take, while other programs compute on this one.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from benchmarks.report import Row, at_least, at_most, parser, publish
from engine.api.events import Fidelity, Frame, Tiles
from engine.api.exploring import ExportFilm, Invert, ShowTiles, Visit
from engine.api.latent import Latent
from engine.api.place_kinds import Journey, MapPoint
from engine.api.places import Places, places
from engine.api.requests import ImportPicture
from engine.context import Context, Wait
from engine.jobs.atlas import show_tiles
from engine.jobs.explore import visit
from engine.jobs.film import export_film
from engine.jobs.invert import invert
from engine.jobs.library import import_picture
from engine.latent.directions import directions
from engine.latent.look import looks, steps_between
from engine.latent.mixing import frame_times, paced, positions
from engine.latent.stills import made_of, still
from engine.models import checkpoint
from engine.models.generators import GeneratorModel
from engine.nets.generators import build_generator, preset
from engine.startup import open_context

Job = Generator[Any, Any, Any]
Clock = Callable[[], float]


def run(job: Job, clock: Clock) -> tuple[Any, list[tuple[float, Any]], float]:
    """A job's result, what it told and when, and how long it took, by the clock."""
    started, said, answer = clock(), list[tuple[float, Any]](), None
    while True:
        try:
            step = job.send(answer)
        except StopIteration as end:
            return end.value, said, clock() - started
        answer = step.future.result() if isinstance(step, Wait) else None
        if step is not None and not isinstance(step, Wait):
            said.append((clock() - started, step))


@contextmanager
def opened(model_folders: tuple[Path, ...]) -> Iterator[Context]:
    """A context with untrained generators of 128 and 256 px beside the artist's own."""
    with tempfile.TemporaryDirectory() as folder:
        for size in (128, 256):
            torch.manual_seed(0)
            manifest = {"format": 1, "architecture": "generator", "id": f"untrained-{size}", "config": preset(size).to_dict()}
            weights = {key: value.half() for key, value in build_generator(preset(size)).state_dict().items()}
            checkpoint.write(Path(folder) / "models" / f"untrained-{size}.safetensors", weights, manifest)
        home = Places(Path(folder))
        context = open_context(home, device="cpu", threads=1, model_folders=(home.models, *model_folders))
        torch.set_num_threads(1)
        try:
            yield context
        finally:
            context.io.close()


# ---- the hand on the map ----


class PeerSized(nn.Module):
    """A generator of lightweight-gan's size at 256 px (24 million parameters, 22 billion multiplications): gated convolutions, doubled."""

    WIDTHS = (512, 512, 512, 256, 128, 64, 32)

    def __init__(self) -> None:
        super().__init__()
        steps = zip(self.WIDTHS, self.WIDTHS[1:], strict=False)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(i, 2 * o, 3, padding=1), nn.GLU(1), nn.Conv2d(o, 2 * o, 3, padding=1), nn.GLU(1)) for i, o in steps
        )
        self.rgb = nn.Conv2d(self.WIDTHS[-1], 3, 3, padding=1)

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(F.interpolate(x, scale_factor=2.0))
        return torch.as_tensor(self.rgb(x))


def drags(context: Context, clock: Clock, count: int) -> list[Row]:
    peer = PeerSized().eval()
    noise = torch.randn(1, 512, 4, 4)
    times: dict[str, list[float]] = {"128": [], "256": [], "peer": []}
    points = np.cumsum(np.random.default_rng(0).normal(0, 0.02, (count, 2)), 0)
    for number, (x, y) in enumerate(points):
        for size in ("128", "256"):
            model = context.models.generator(f"untrained-{size}")
            _, said, taken = run(visit(Visit(MapPoint(model.key, "spread", x, y), (65536,), draft=True), context), clock)
            assert any(isinstance(step, Frame) for _, step in said)
            times[size].append(taken)
        if number % 4 == 0:
            started = clock()
            peer(noise)
            times["peer"].append(clock() - started)
    small, large, other = (times[name][1:] for name in ("128", "256", "peer"))  # the first warms up
    late = float(np.quantile(small, 0.95))
    return [
        at_most("drag on the map to picture, 128 px, median", 1000 * statistics.median(small), "ms", 40),
        at_most("drag on the map to picture, 128 px, 95th percentile", 1000 * late, "ms", 80),
        at_least("pictures a second in a drag, 256 px", 1 / statistics.median(large), "", 15),
        at_least("faster, 256 px", statistics.median(other) / statistics.median(large), "×", 10, "a generator of lightweight-gan's size"),
    ]


# ---- the rest ----


def found_directions(context: Context, clock: Clock, rounds: int) -> list[Row]:
    model = context.models.generator("untrained-128")
    rows = []
    for kind, name, limit in (("sefa", "SeFa directions", 0.2), ("ganspace", "GANSpace, 10 000 codes", 0.3)):
        taken = []
        for _ in range(rounds):
            started = clock()
            directions(model, kind, 6)  # type: ignore[arg-type]
            taken.append(clock() - started)
        rows.append(at_most(name, statistics.median(taken), "s", limit))
    return rows


def thumbnails(model: str, context: Context, clock: Clock) -> list[Row]:
    context.models.cache.clear()
    wanted = tuple((column, row) for row in range(6, 26) for column in range(6, 26))
    _, said, taken = run(show_tiles(ShowTiles(model, "spread", 5, wanted), context), clock)
    first = next(when for when, step in said if isinstance(step, Tiles))
    assert sum(len(step.tiles) for _, step in said if isinstance(step, Tiles)) == len(wanted)
    return [
        at_most(f"{model}: first thumbnails of a view after", first, "s", 0.3),
        at_most(f"{model}: 400 thumbnails of 64 px", taken, "s", 5),
    ]


def inversion(context: Context, clock: Clock, folder: Path) -> list[Row]:
    model = context.models.generator("untrained-128")
    pixels = np.random.default_rng(0).integers(0, 255, (16, 16, 3), np.uint8)
    photo = _photo(Image.fromarray(pixels).resize((128, 128)), folder, context)
    _, said, taken = run(invert(Invert(photo, model.key.id), context), clock)
    meter = next(when for when, step in said if isinstance(step, Fidelity))
    return [
        at_most("a photo of 128 px looked for", taken, "s", 60),
        at_most("its meter is shown after", meter, "s", 1),
    ]


def film(context: Context, clock: Clock, folder: Path) -> list[Row]:
    key = context.models.generator("untrained-256").key
    journey = Journey(tuple(Latent.of_seed(key, seed) for seed in (1, 2, 3)))
    _, _, taken = run(export_film(ExportFilm(journey, folder / "loop.mp4", 120), context), clock)
    return [at_most("loop of 120 frames of 256 px, MP4", taken, "s", 15)]


def found_again(model: GeneratorModel, context: Context, clock: Clock, folder: Path, count: int) -> list[Row]:
    decibels = []
    for seed in range(count):
        own, _, _ = run(still(Latent.of_seed(model.key, 100 + seed, 0.8), context), clock)
        photo = _photo(Image.fromarray(own.pixels), folder, context)
        result, _, _ = run(invert(Invert(photo, model.key.id), context), clock)
        decibels.append(result.psnr)
    return [at_least(f"{model.key.id}'s own pictures found again, median of {count}", statistics.median(decibels), "dB", 30)]


def evenness(model: GeneratorModel, context: Context, clock: Clock) -> list[Row]:
    stops = tuple(Latent.of_seed(model.key, seed, 0.8) for seed in (1, 2, 3))
    journey = Journey(stops)
    (route, distances), _, _ = run(paced(journey, model.network, context), clock)
    times = frame_times(120, loop=True)
    rows = []
    for name, at in (("even", positions(distances, times, "even")), ("at an even speed in codes", times * route.legs)):
        seen = torch.cat([looks(made_of(route.at(float(place))[None], stops[0], model.network)) for place in [*at, 0.0]])
        steps = steps_between(seen)
        ratio = float(steps.max() / steps.median())
        title = f"{model.key.id}: largest step of a loop of 120 over the median"
        rows.append(at_most(title, ratio, "×", 2.5) if name == "even" else Row(f"the same, {name}", round(ratio, 3), "×"))
    return rows


def _photo(image: Image.Image, folder: Path, context: Context) -> Any:
    image.save(folder / "photo.png")
    return run(import_picture(ImportPicture(folder / "photo.png"), context), time.perf_counter)[0]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--model", help="a trained generator, for the rows about pictures")
    options.add_argument("--processor-time", action="store_true", help="count this process's own time")
    chosen = options.parse_args()
    clock = time.process_time if chosen.processor_time else time.perf_counter
    quick = chosen.quick
    with opened((places().models,)) as context, tempfile.TemporaryDirectory() as folder:
        rows = drags(context, clock, 9 if quick else 61)
        rows += found_directions(context, clock, 1 if quick else 5)
        rows += thumbnails("untrained-128", context, clock)
        rows += inversion(context, clock, Path(folder))
        rows += film(context, clock, Path(folder))
        if chosen.model:
            model = context.models.generator(chosen.model)
            rows += thumbnails(chosen.model, context, clock)
            rows += found_again(model, context, clock, Path(folder), 1 if quick else 5) + evenness(model, context, clock)
    publish(rows, chosen.json)


if __name__ == "__main__":
    main()
