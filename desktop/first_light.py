"""The studio's main job without hands: the house picture in three styles, exported, and a picture of the window.

It drives the real window and the real engine, on a screen or without one, and leaves the user's own folder alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.app import App, StartEngine

STYLES = ("van-gogh-mountain-meadow", "hokusai-lake-suwa", "stained-glass")
"""Gallery ids: a painter of thick strokes, one of flat colours, and a style drawn by the project."""

EXPORT_EDGE = 2048
WINDOW_SIZE = (1280, 800)
PATIENCE_SECONDS = 600.0
"""Longer than any machine should need; a studio that hangs must not hang whoever waits for it."""


def main(arguments: Sequence[str]) -> int:
    """Do it; returns the exit code: 0, or 1 with a line on stderr."""
    parser = argparse.ArgumentParser(prog="sfumato first-light", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go; made if missing")
    folder: Path = parser.parse_args(list(arguments)).out
    without_a_screen()
    return first_light(folder)


def first_light(folder: Path, start_engine: StartEngine | None = None) -> int:
    """Write the pictures into `folder`, one line on stdout for each; returns the exit code."""
    import qasync

    from desktop.app import App, make_application
    from engine.api.places import Places

    with tempfile.TemporaryDirectory(prefix="sfumato-first-light-") as home, qasync.QEventLoop(make_application()) as loop:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            app = App(Places(Path(home)), start_engine)
            loop.run_until_complete(asyncio.wait_for(_sit(app, folder), PATIENCE_SECONDS))
        except (OSError, RuntimeError, TimeoutError) as error:
            print(f"sfumato: first light failed: {error}", file=sys.stderr)
            return 1
    return 0


async def _sit(app: App, folder: Path) -> None:
    """One sitting; raises RuntimeError with the first sentence of trouble that the studio told."""
    troubles: list[str] = []
    app.studio.notices.troubled.connect(troubles.append)
    app.show()
    app.window.resize(*WINDOW_SIZE)
    try:
        await app.begin()
        app.studio.open_house()
        await settle(app, troubles)
        for style in STYLES:
            await _paint(app, style, folder, troubles)
        _grab(app, folder / "studio.png")
    finally:
        await app.close()


async def _paint(app: App, style: str, folder: Path, troubles: list[str]) -> None:
    from engine.api.output import Output

    studio = app.studio
    studio.painting.use_style(f"gallery:{style}")
    await settle(app, troubles)
    target = folder / f"house-{style}.png"
    done = await studio.exporter.export(studio.session.recipe, Output(target, long_edge=EXPORT_EDGE, overwrite=True))
    await settle(app, troubles)
    if done is None:
        raise RuntimeError(f"{target} was not written")
    print(f"{target}  {done.width} × {done.height} px, {done.seconds:.1f} s", flush=True)


async def settle(app: App, troubles: list[str]) -> None:
    """Wait until nothing is under way; raises RuntimeError with the first sentence of trouble."""
    await app.studio.tasks.idle()
    if troubles:
        raise RuntimeError(troubles[0])


def _grab(app: App, target: Path) -> None:
    picture = app.window.grab()
    if not picture.save(str(target)):
        raise OSError(f"{target} cannot be written")
    print(f"{target}  {picture.width()} × {picture.height()} px, the window", flush=True)


def without_a_screen() -> None:
    """Qt ends the process where it finds no screen, unless it is told that none is needed."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
