"""The studio while a generator trains, watched: run by `benchmarks.studio`, prints one line of JSON.

    python -m benchmarks.training_probe SECONDS

Previews of the house picture are asked for one at a time, as by a hand that tries settings, for SECONDS without a training and for SECONDS
with one, in the same process. Meanwhile a 60 Hz timer in the window's thread notes how late it is called, and the engine how long
each of its quanta takes. The Train workspace is in front, with its charts.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import qasync
from PySide6.QtCore import Qt, QTimer

from benchmarks.studio_probe import HOUSE, INTERVAL_MS, Watch, style
from desktop.app import App, make_application
from engine.api.events import Frame
from engine.api.places import Places
from engine.api.recipe import GalleryStyle, Layer, Photo, Recipe, StyleUse
from engine.api.requests import ImportPicture, Preview

PICTURES, SIZE = 48, 64
PAUSE_SECONDS = 0.15


async def sitting(seconds: float) -> dict[str, float]:
    watch = Watch(time.time())
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        draw(pictures)
        app = App(Places(Path(folder) / "home"), watch.start_engine)
        timer = QTimer(interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: watch.ticks.append(watch.now()))
        timer.start()
        app.show()
        await app.begin()
        await app.studio.tasks.idle()
        app.handlers.train_on(pictures)
        await app.studio.tasks.idle()
        photo: Photo = await app.studio.link.run(ImportPicture(path=HOUSE))
        await previews(app, photo, 1.0)  # codes and kernels
        idle = await previews(app, photo, seconds)
        workshop = app.studio.workshop
        workshop.begin()
        while workshop.run.course.step < 2:
            await asyncio.sleep(0.02)
        quanta = quanta_from_now()
        began, seen = watch.now(), workshop.run.course.seen
        busy = await previews(app, photo, seconds)
        gaps = watch.gaps(began, watch.now())
        pace = (workshop.run.course.seen - seen) / (watch.now() - began)
        timer.stop()
        await workshop.run.rest()
        await app.close()
    return {
        "gap_p50_ms": statistics.median(gaps),
        "gap_p99_ms": at(gaps, 0.99),
        "gap_max_ms": gaps[-1],
        "idle_p50_ms": statistics.median(idle),
        "idle_p95_ms": at(idle, 0.95),
        "busy_p50_ms": statistics.median(busy),
        "busy_p95_ms": at(busy, 0.95),
        "quantum_p50_ms": statistics.median(quanta),
        "quantum_p95_ms": at(quanta, 0.95),
        "quantum_max_ms": max(quanta),
        "pictures_per_s": pace,
    }


def draw(folder: Path) -> None:
    from resources.draw_forms import draw_forms

    draw_forms(folder, PICTURES, SIZE, 0)


async def previews(app: App, photo: Photo, seconds: float) -> list[float]:
    """Milliseconds until the picture of a drag is there, ascending; each has another strength."""
    taken: list[float] = []
    until = time.perf_counter() + seconds
    for turn in itertools.count():
        if time.perf_counter() > until:
            return sorted(taken)
        layer = Layer(photo, (StyleUse(GalleryStyle(style())),), strength=0.5 + turn % 50 / 100)
        asked = time.perf_counter()
        async for body in app.studio.link.stream(Preview(Recipe((layer,)), (512,))):
            if isinstance(body, Frame):
                taken.append((time.perf_counter() - asked) * 1e3)
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("counting has no end")


def quanta_from_now() -> list[float]:
    """Milliseconds of each quantum from now on; grows while the engine works."""
    from engine.scheduler import Scheduler

    taken: list[float] = []
    step: Callable[[Scheduler], bool] = Scheduler.step

    def timed(scheduler: Scheduler) -> bool:
        began = time.perf_counter()
        worked = step(scheduler)
        if worked:
            taken.append((time.perf_counter() - began) * 1e3)
        return worked

    setattr(Scheduler, "step", timed)  # noqa: B010 (mypy would not have it assigned)
    return taken


def at(ascending: list[float], share: float) -> float:
    return sorted(ascending)[min(len(ascending) - 1, int(len(ascending) * share))]


def main() -> None:
    with qasync.QEventLoop(make_application()) as loop:
        print(json.dumps(loop.run_until_complete(sitting(float(sys.argv[1])))))


if __name__ == "__main__":
    main()
