"""`sfumato --self-test`: the studio goes through its main job by itself and says of each step whether it works here.

It drives the real window and the real engine, in a home of its own that is removed afterwards; the artist's own is not touched.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from desktop.first_light import EXPORT_EDGE, PATIENCE_SECONDS, WINDOW_SIZE, settle, without_a_screen
from engine.api.manifest import HOUSE_GENERATOR

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from desktop.app import App, StartEngine

STYLE = "stained-glass"
"""A gallery id."""

TRIED_GENERATOR = "self-test"
TRIED_PICTURES, TRIED_STEPS, TRIED_SIZE = 12, 1, 32
"""Where no generator is installed, one is trained on this many pictures for this many steps: it has learnt nothing, but works."""


class StepFailed(Exception):
    """A step did not do what it should; the text says what was seen instead."""


def main(arguments: Sequence[str]) -> int:
    """Do it; returns the exit code: 0 where every step worked, else 1."""
    parser = argparse.ArgumentParser(prog="sfumato --self-test", description=__doc__)
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the exported picture, the window's picture and the report here")
    folder: Path | None = parser.parse_args(list(arguments)).out
    without_a_screen()
    with suppress(ImportError, OSError, ValueError):  # the time is only told
        import psutil

        return self_test(folder, began=time.perf_counter() - max(0.0, time.time() - psutil.Process().create_time()))
    return self_test(folder)


def self_test(folder: Path | None = None, start_engine: StartEngine | None = None, began: float | None = None) -> int:
    """Go through all steps, one line on stdout for each; returns the exit code. `began` is when the process did (perf_counter)."""
    started = time.perf_counter() if began is None else began
    with tempfile.TemporaryDirectory(prefix="sfumato-self-test-", ignore_cleanup_errors=True) as scratch:
        kept = folder or Path(scratch) / "kept"
        try:
            kept.mkdir(parents=True, exist_ok=True)
            with (kept / "self-test.txt").open("w", encoding="utf-8") as report:
                return _run(Steps(report, started), Path(scratch) / "home", kept, start_engine)
        except OSError as error:
            print(f"sfumato: the self-test cannot write to {kept} ({error.strerror or error})", file=sys.stderr)
            return 1


class Steps:
    """Says of each step whether it worked, and how long it took: on stdout, and in a file, because a program without a console
    has no stdout."""

    def __init__(self, report: TextIO, started: float) -> None:
        self._report = report
        self._began = self._started = started

    def done(self, sentence: str) -> None:
        now = time.perf_counter()
        self._say(f"ok      {now - self._began:7.2f} s  {sentence}")
        self._began = now

    def failed(self, error: Exception) -> None:
        """The report tells also where it happened: somebody else will want to know."""
        if not isinstance(error, StepFailed):
            self._report.write("".join(traceback.format_exception(error)))
        self._say(f"FAILED  {time.perf_counter() - self._began:7.2f} s  {error if str(error) else type(error).__name__}")

    def end(self) -> None:
        self._say(f"passed  {time.perf_counter() - self._started:7.2f} s")

    def _say(self, line: str) -> None:
        print(line, flush=True)
        self._report.write(line + "\n")
        self._report.flush()


def _run(steps: Steps, home: Path, kept: Path, start_engine: StartEngine | None) -> int:
    import qasync

    from desktop.app import App, make_application
    from engine.api.places import Places

    with qasync.QEventLoop(make_application()) as loop:
        try:
            app = App(Places(home), start_engine)
            loop.run_until_complete(asyncio.wait_for(_sit(app, kept, steps), PATIENCE_SECONDS))
            _ask_a_child()
            steps.done("a child process answers")
        except Exception as error:  # whatever it is: this is what it was looked for
            steps.failed(error)
            return 1
    steps.end()
    return 0


async def _sit(app: App, kept: Path, steps: Steps) -> None:
    """One sitting; raises what failed."""
    troubles: list[str] = []
    app.studio.notices.troubled.connect(troubles.append)
    app.show()
    app.window.resize(*WINDOW_SIZE)
    try:
        await _until_warm(app, troubles, steps)
        await _paint(app, troubles, steps)
        steps.done(await _generate(app, kept))
        exported = await _export(app, kept, troubles, steps)
        await _open_again(app, exported, troubles, steps)
        _save_window(app, kept / "studio.png")
    finally:
        await app.close()


async def _until_warm(app: App, troubles: list[str], steps: Steps) -> None:
    await app.begin()
    steps.done(f"the window is painted, {app.window.width()} × {app.window.height()} points")
    await settle(app, troubles)
    info = app.studio.info
    if info is None:
        raise StepFailed("the engine is not ready")
    steps.done(f"the engine is ready: {info.device}, {info.precision}, threads: {info.threads}, model {info.model}")


async def _paint(app: App, troubles: list[str], steps: Steps) -> None:
    from desktop.state.studio import house_picture

    studio = app.studio
    _drop(app, house_picture())
    await settle(app, troubles)
    if not studio.session.recipe.layers:
        raise StepFailed("the dropped picture is not on the canvas")
    width, height = studio.session.recipe.native_size
    steps.done(f"the house picture is dropped on the canvas, {width} × {height} px")
    studio.painting.use_style(f"gallery:{STYLE}")
    await settle(app, troubles)
    if not studio.results.all:
        raise StepFailed(f"the style {STYLE} made no picture")
    steps.done(f"painted in the style {studio.results.all[-1].caption}")


def _drop(app: App, file: Path) -> None:
    """Drag a file over the left half of the canvas and let it go there, as a person does."""
    from PySide6.QtCore import QMimeData, QUrl
    from PySide6.QtWidgets import QApplication

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    for event in _drag_events(app, mime):
        QApplication.sendEvent(app.window.canvas, event)


def _drag_events(app: App, mime: QMimeData) -> Iterator[Any]:
    import warnings

    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

    place = QPoint(app.window.canvas.width() // 4, app.window.canvas.height() // 2)
    copy, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PySide has no other constructors
        entered, moved = QDragEnterEvent(place, copy, mime, button, keys), QDragMoveEvent(place, copy, mime, button, keys)
    yield entered
    yield moved
    yield QDropEvent(QPointF(place), copy, mime, button, keys)


async def _generate(app: App, kept: Path) -> str:
    """Two pictures from a generator: the house's, or, where there is none, one that is trained for this; returns what was done."""
    from desktop.client import RequestFailed
    from engine.api.requests import Generate

    def request(model: str) -> Generate:
        return Generate(model, seeds=(1, 2), files=(kept / "generated-1.png", kept / "generated-2.png"))

    try:
        made = await app.studio.link.run(request(HOUSE_GENERATOR))
        return f"generated {len(made.files)} pictures of {made.size} px with {HOUSE_GENERATOR}"
    except RequestFailed as error:
        if error.failure.kind != "UnknownModel":
            raise
    await _train(app)
    made = await app.studio.link.run(request(TRIED_GENERATOR))
    return (
        f"generated {len(made.files)} pictures of {made.size} px; no generator is installed, so a tiny one was trained "
        f"for {TRIED_STEPS} step in a temporary folder"
    )


async def _train(app: App) -> None:
    import shutil
    from importlib.resources import files

    from engine.api.requests import Train

    pictures = app.studio.places.home / "pictures"
    pictures.mkdir(parents=True)
    thumbnails = Path(str(files("resources"))) / "styles" / "thumbnails"
    for file in sorted(thumbnails.glob("*.webp"))[:TRIED_PICTURES]:
        shutil.copy(file, pictures)
    await app.studio.link.run(Train(TRIED_GENERATOR, pictures, size=TRIED_SIZE, kind="dense", steps=TRIED_STEPS))


async def _export(app: App, kept: Path, troubles: list[str], steps: Steps) -> Path:
    from engine.api.output import Output

    target = kept / f"house-{STYLE}.png"
    done = await app.studio.exporter.export(app.studio.session.recipe, Output(target, long_edge=EXPORT_EDGE, overwrite=True))
    await settle(app, troubles)
    if done is None or not target.is_file():
        raise StepFailed(f"{target} was not written")
    steps.done(f"exported {done.width} × {done.height} px, {done.bytes / 1e6:.1f} MB")
    return target


async def _open_again(app: App, exported: Path, troubles: list[str], steps: Steps) -> None:
    recipes: list[object] = []
    app.studio.intake.recipe_found.connect(lambda photo, recipe: recipes.append(recipe))
    app.studio.open(exported)
    await settle(app, troubles)
    width, height = app.studio.session.recipe.native_size
    if max(width, height) != EXPORT_EDGE:
        raise StepFailed(f"the exported file was opened again with {width} × {height} px")
    if not recipes:
        raise StepFailed("the exported file carries no recipe")
    steps.done(f"the exported file is open again, {width} × {height} px, and carries its recipe")


def _save_window(app: App, target: Path) -> None:
    if not app.window.grab().save(str(target)):
        raise StepFailed(f"{target} was not written")


# ---- child processes ----


def _ask_a_child() -> None:
    """Libraries may start processes of their own; in a packaged program that works only if its entry point allows for it."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    with _ended(context.Process(target=_answer, args=(answers,), daemon=True)) as child:
        child.start()
        child.join(60)
        if child.exitcode != 0 or answers.empty() or answers.get() != 42:
            raise StepFailed(f"a child process did not answer; it ended with {child.exitcode}")


def _answer(answers: Any) -> None:
    answers.put(42)


@contextmanager
def _ended(child: Any) -> Iterator[Any]:
    try:
        yield child
    finally:
        if child.is_alive():
            child.kill()
