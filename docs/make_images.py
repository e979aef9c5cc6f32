"""Makes the pictures of the documentation: the studio's window, the house picture in every style of the gallery, the dialogs that write
pictures, the Explore workspace, and the Train workspace, for which a generator is trained on drawn compositions (half an hour and more on
a laptop).

python docs/make_images.py [gallery] [window] [printing] [exploring] [training]
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:
    from desktop.app import App
    from desktop.views.explorer.space import ExplorerSpace

IMAGES = Path(__file__).parent / "images"
COLUMNS, WIDTH, HEIGHT = 8, 200, 150
SEEDS = (45, 28, 20, 55)
"""Of the house generator's pictures that are bookmarked."""
SOUGHT = 102
"""Of the house generator's pictures the one that is looked for as a photo."""
PULLS = (((0.3, 0.75), (0.3, 0.75)), ((0.56, 0.4), (0.85, 0.2)))
"""From where to where a point is dragged, in parts of the picture; and one that is pinned."""
PULLING = 2
"""Seconds after which it is photographed."""
PRINTS = "~/Pictures/Prints"
LINES = (0.18, 0.7)
"""Where the house picture has fine lines, in parts of its width and height."""
PATH = [(60, 80), (150, 160), (240, 90), (330, 200), (260, 320), (120, 300)]
"""A line drawn on the map, in pixels."""
FORMS, SEEN = 400, 14_000
"""How many compositions are drawn for a training, and how many pictures it sees before it is photographed."""


def window() -> None:
    """The studio after its first light, offscreen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop.first_light import first_light

    with tempfile.TemporaryDirectory() as folder:
        os.environ["SFUMATO_HOME"] = str(Path(folder) / "home")
        if first_light(Path(folder)):
            raise SystemExit("first light failed")
        keep(Path(folder) / "studio.png", IMAGES / "studio.png")


def keep(shot: Path, target: Path) -> None:
    """A screen in 256 colours is a fourth as large, and looks the same; one that is full of colours is kept as a JPEG."""
    with Image.open(shot) as picture:
        if target.suffix == ".jpg":
            picture.convert("RGB").save(target, quality=88, subsampling=0, optimize=True)
            return
        picture.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(target, optimize=True)


def gallery() -> None:
    """All thumbnails, as on a wall."""
    from engine.api.gallery import cards

    rows = -(-len(cards()) // COLUMNS)
    wall = Image.new("RGB", (COLUMNS * WIDTH, rows * HEIGHT), (28, 28, 28))
    for index, card in enumerate(cards()):
        thumbnail = Image.open(io.BytesIO(card.thumbnail_bytes())).convert("RGB").resize((WIDTH - 4, HEIGHT - 4), Image.Resampling.LANCZOS)
        wall.paste(thumbnail, (index % COLUMNS * WIDTH + 2, index // COLUMNS * HEIGHT + 2))
    wall.save(IMAGES / "gallery.jpg", quality=82, optimize=True)


def printing() -> None:
    """The export dialog with a large print, looked at through its loupe, a photo that is to be enlarged, and the queue of many pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import qasync

    from desktop.app import make_application

    with tempfile.TemporaryDirectory() as folder:
        os.environ["SFUMATO_HOME"] = str(Path(folder) / "home")
        os.environ["HOME"] = os.environ["USERPROFILE"] = folder  # so that the dialogs show no folder of this machine
        prints = Path(PRINTS).expanduser()
        prints.mkdir(parents=True)
        with qasync.QEventLoop(make_application()) as loop:
            loop.run_until_complete(_printed(prints))


async def _printed(prints: Path) -> None:
    from desktop.app import App
    from desktop.state.settings import ExportChoice
    from desktop.views.export_dialog import ExportDialog
    from engine.api.places import places

    app = App(places())
    tasks = app.studio.tasks
    app.window.resize(1440, 900)
    app.window.show()
    try:
        await app.begin()
        app.studio.open_house()
        await tasks.idle()
        app.studio.painting.use_style("gallery:hokusai-lake-suwa")
        await tasks.idle()
        choice = ExportChoice(str(prints), ".tif", 4724, unit="cm", dpi=300, bits=16, bleed=0.3, profile="adobe-rgb")
        app.studio.settings.change(export=choice)
        app.handlers.export()
        await tasks.idle()
        (dialog,) = app.window.findChildren(ExportDialog)
        await _photograph_dialog(dialog, "export")
        dialog.reject()
        await _enlarged(app, prints)
        await _queued(app, prints)
    finally:
        await app.close()


async def _enlarged(app: App, prints: Path) -> None:
    """The house picture in the crisp manner, looked at where it has lines."""
    from desktop.state.settings import EnlargeChoice, ExportChoice
    from desktop.views.enlarge_dialog import EnlargeDialog
    from desktop.views.exporting.spot_view import SmallPicture

    app.studio.settings.change(enlarge=EnlargeChoice(2, "crisp", file=ExportChoice(str(prints), ".tif", bits=16)))
    app.handlers.enlarge()
    await app.studio.tasks.idle()
    (dialog,) = app.window.findChildren(EnlargeDialog)
    dialog.findChildren(SmallPicture)[0].put(*LINES)
    await app.studio.tasks.idle()
    await _photograph_dialog(dialog, "enlarge")
    dialog.reject()
    await app.studio.tasks.idle()


async def _queued(app: App, prints: Path) -> None:
    """The queue with a picture that is broken, one that is made and one at work."""
    from desktop.state.settings import BatchChoice
    from desktop.views.batch.flow import open_batch

    photos = prints.parent / "Photos"
    photos.mkdir()
    with Image.open(Path(__file__).parents[1] / "resources" / "pictures" / "house.jpg") as house:
        for name in ("Jug", "Oranges", "Still life"):
            house.save(photos / f"{name}.jpg")
    (photos / "Bowl.jpg").write_bytes(b"cut short")
    window = open_batch(app.window, app.studio)
    window.set_styles(app.studio.library.entries, {"gallery:van-gogh-mountain-meadow", "gallery:stained-glass"})
    window.set_choice(BatchChoice(suffix=".tif"), prints)
    window.add([photos])
    window.confirm()
    window.add([photos])
    window.show()
    while not any(item.state == "working" for item in app.studio.batch.items[3:]):
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    await _photograph_dialog(window, "batch")
    window.close()


def exploring() -> None:
    """The Explore workspace with the house generator: its map with bookmarks and a drawn path, directions, a photo that was looked for (one
    of the generator's own pictures, so that nothing else is needed), and a point that was dragged."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import qasync

    from desktop.app import make_application

    with tempfile.TemporaryDirectory() as folder:
        os.environ["SFUMATO_HOME"] = str(Path(folder) / "home")
        with qasync.QEventLoop(make_application()) as loop:
            loop.run_until_complete(_explored())


async def _explored() -> None:
    from desktop.app import App
    from engine.api.places import places

    app = App(places())
    explorer, tasks = app.studio.explorer, app.studio.tasks
    app.window.resize(1440, 900)
    app.window.show()
    try:
        await app.begin()
        await tasks.idle()
        app.handlers.show_explorer()
        await tasks.idle()
        space = app.window.explorer
        assert space is not None
        for seed in SEEDS:
            explorer.steering.set_seed(seed)
            await tasks.idle()
            app.handlers.bookmark()
            await tasks.idle()
        space.show_tool("Map")
        await tasks.idle()
        space.map.canvas.drawn.emit(PATH)
        await tasks.idle()
        await _photograph(app.window, "explore-map")
        explorer.travelling.leave()
        explorer.steering.set_seed(SEEDS[-1])
        space.show_tool("Steer")
        await tasks.idle()
        space.steer.pushed.emit(0, 1.5)
        space.steer.rested.emit()
        await tasks.idle()
        await _photograph(app.window, "explore-steer")
        await _search(app, space)
        await _photograph(app.window, "explore-photo")
        await _pull(app, space)
    finally:
        await app.close()


async def _search(app: App, space: ExplorerSpace) -> None:
    """Look for a picture that another seed has made."""
    explorer, tasks = app.studio.explorer, app.studio.tasks
    explorer.steering.set_seed(SOUGHT)
    await tasks.idle()
    sought = explorer.viewer.image.copy()
    explorer.steering.set_seed(SEEDS[0])
    space.show_tool("Photo")
    await tasks.idle()
    explorer.searching.take_image(sought, "A picture of another seed")
    await tasks.idle()


async def _pull(app: App, space: ExplorerSpace) -> None:
    """Pin what shall stay and pull what shall move, photographed on the way."""
    explorer, tasks = app.studio.explorer, app.studio.tasks
    explorer.steering.set_seed(SEEDS[1])
    space.show_tool("Drag")
    await tasks.idle()
    for number, (start, end) in enumerate(PULLS):
        explorer.dragging.add(start)
        explorer.dragging.pull(number, end)
    explorer.dragging.run()
    await asyncio.sleep(PULLING)
    await _photograph(app.window, "explore-drag")
    explorer.dragging.stop(keep=True)
    await tasks.idle()


def training() -> None:
    """The Train workspace: a folder's report, a training under way, its model."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import qasync

    from desktop.app import make_application
    from resources.draw_forms import draw_forms

    with tempfile.TemporaryDirectory() as folder:
        os.environ["SFUMATO_HOME"] = str(Path(folder) / "home")
        forms = Path(folder) / "forms"
        draw_forms(forms, FORMS, 128, 0)
        with qasync.QEventLoop(make_application()) as loop:
            loop.run_until_complete(_trained(forms))


async def _trained(forms: Path) -> None:
    from desktop.app import App
    from engine.api.places import places

    app = App(places())
    run, tasks = app.studio.workshop.run, app.studio.tasks
    app.window.resize(1440, 900)
    app.window.show()
    try:
        await app.begin()
        await tasks.idle()
        app.handlers.train_on(forms)
        await tasks.idle()
        await _photograph(app.window, "training-report")
        app.studio.workshop.begin()
        while run.course.seen < SEEN:
            await asyncio.sleep(1)
        await _photograph(app.window, "training")
        run.finish()
        await tasks.idle()
        app.studio.workshop.use_model(run.name)
        await tasks.idle()
        await _photograph(app.window, "training-model")
    finally:
        await app.close()


async def _photograph_dialog(dialog: QWidget, name: str) -> None:
    """With a folder as an artist has it."""
    for field in dialog.findChildren(QLineEdit):
        if field.accessibleName() == "Folder":
            field.setText(PRINTS)
    await _photograph(dialog, name)


async def _photograph(window: QWidget, name: str) -> None:
    await asyncio.sleep(1)
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        window.grab().save(str(shot))
        keep(shot, IMAGES / f"{name}.jpg")


MADE: dict[str, Callable[[], None]] = {
    "gallery": gallery,
    "window": window,
    "printing": printing,
    "exploring": exploring,
    "training": training,
}

if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or MADE:
        MADE[name]()
