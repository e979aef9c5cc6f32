"""A generator is explored by hand on the real engine: travelled, bookmarked, crossbred, steered, a photo found, a point dragged, filmed,
sent to the canvas."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.app import StartEngine
from desktop.views.explorer.space import ExplorerSpace
from engine.api.output import Output
from engine.api.place_kinds import GROUPS
from engine.api.places import places
from tests.flows.conftest import Journey, Travel, Traveller
from tests.flows.test_training import until


@pytest.fixture
def tiny_scrolls(real_engine: StartEngine) -> StartEngine:
    """The real engine with a generator of 16 px, untrained."""
    import torch

    from tests.tiny import write_tiny_generator

    torch.set_num_threads(1)
    write_tiny_generator(places().models, "scrolls")
    return real_engine


def space_of(artist: Traveller) -> ExplorerSpace:
    space = artist.app.window.explorer
    assert space is not None
    return space


async def draw_a_path(artist: Traveller) -> None:
    """On the map; it is the journey then."""
    space, explorer = space_of(artist), artist.app.studio.explorer
    space.map.canvas.drawn.emit([(60, 60), (200, 60), (200, 160)])
    await artist.settle()
    assert len(explorer.travelling.latents) == len(explorer.atlas.places("route")) == 5
    space.map.play_toggled.emit(True)
    await until(lambda: explorer.travelling.at > 0)
    space.map.play_toggled.emit(False)
    await artist.settle()


async def bend(artist: Traveller) -> None:
    """The picture, and back."""
    space = space_of(artist)
    space.show_tool("Bend")
    plain = space.stage.image
    space.bend.added.emit("rotate")
    await artist.settle()
    bent = space.stage.image
    assert bent != plain
    space.bend.all_switched.emit(False)
    await artist.settle()
    assert space.stage.image == plain


async def look_at_the_family(artist: Traveller) -> None:
    """Of the picture that was dragged, down to the photo."""
    space, explorer = space_of(artist), artist.app.studio.explorer
    space.show_tool("Family")
    await artist.settle()
    assert [row.how for row in space.family.list.relatives] == [
        "points dragged",
        "pushed along Direction 2 of its weights",
        "found for a photo",
    ]
    explorer.travelling.leave()


def the_first_sitting(painting: Path, folder: Path) -> Journey:
    async def journey(artist: Traveller) -> None:
        app, explorer = artist.app, artist.app.studio.explorer
        app.handlers.show_explorer()
        await artist.settle()
        space = space_of(artist)
        assert space.panel.model.currentText() == "scrolls" and not space.stage.image.isNull()
        space.show_tool("Map")
        await until(lambda: len(list(explorer.atlas.thumbnails())) == len(explorer.atlas.view.tiles()))
        for _ in range(3):
            space.map.canvas.travelled.emit(40, -25)
            space.map.canvas.rested.emit()
            await artist.settle()
            app.handlers.bookmark()
            await artist.settle()
        assert len(space.bookmarks.ids) == 3 and len(explorer.atlas.places("bookmarks")) == 3
        await draw_a_path(artist)
        await bend(artist)
        space.show_tool("Steer")
        await artist.settle()
        assert len(space.steer.rows) == 6 and not any(row.strip.image.isNull() for row in space.steer.rows)
        space.steer.renamed.emit(0, "Warmth")
        space.steer.pushed.emit(0, 2.0)
        space.steer.rested.emit()
        await artist.settle()
        before = space.stage.image
        space.show_tool("Blend")
        space.blend.pad.moved.emit(GROUPS[:1], (0.0, 0.5))
        space.blend.pad.moved.emit(GROUPS[1:], (1.0, 0.5))
        space.blend.pad.rested.emit()
        await artist.settle()
        assert space.stage.image != before
        await find_a_photo(artist, painting)
        await drag_a_point(artist)
        await look_at_the_family(artist)
        space.show_tool("Journey")
        space.journey.added.emit(tuple(space.bookmarks.ids))
        space.journey.scrubbed.emit(0.5)
        space.journey.rested.emit()
        explorer.travelling.set_seconds(1)
        explorer.travelling.export(folder / "loop.mp4")
        await artist.settle()
        with av.open(str(folder / "loop.mp4")) as film:
            assert sum(1 for _ in film.decode(video=0)) == 30
        app.handlers.send_to_canvas()
        await artist.settle()
        await artist.drop_style(painting)
        session = app.studio.session
        assert session.recipe.layers[-1].source == explorer.viewer.latent and session.recipe.layers[-1].styles
        await app.studio.exporter.export(session.recipe, Output(folder / "still.png", long_edge=64))
        assert (folder / "still.png").exists()
        assert artist.troubles == []

    return journey


async def find_a_photo(artist: Traveller, photo: Path) -> None:
    """By dropping it; the meter is seen on the way, and what was found is the live picture."""
    space, explorer = space_of(artist), artist.app.studio.explorer
    seen: list[str] = []
    explorer.searching.changed.connect(lambda: seen.append(space.photo.meter.text))
    space.drop.file_dropped.emit(photo)
    await artist.settle()
    assert space.tool == "Photo" and not space.photo.found.image.isNull() and space.photo.meter.text.endswith("alike")
    assert len(set(seen)) > 5
    found = explorer.searching.latent
    assert found is not None and found.tuning is not None and explorer.viewer.latent == found == explorer.steering.base
    space.show_tool("Steer")
    await artist.settle()
    before = space.stage.image
    space.steer.pushed.emit(1, 1.5)
    space.steer.rested.emit()
    await artist.settle()
    assert space.stage.image != before and explorer.viewer.latent is not None and explorer.viewer.latent.tuning == found.tuning


async def drag_a_point(artist: Traveller) -> None:
    """With the mouse, on the picture; then back, and once more."""
    space, explorer = space_of(artist), artist.app.studio.explorer
    space.show_tool("Drag")
    handles, before, image = space.handles, explorer.viewer.place, space.stage.image
    start, end = (handles.point_at(place).toPoint() for place in ((0.4, 0.4), (0.7, 0.5)))
    QTest.mousePress(handles, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(handles, end)
    QTest.mouseRelease(handles, Qt.MouseButton.LeftButton, pos=end)
    space.drag.run.click()
    assert explorer.dragging.is_running
    await artist.settle()
    assert space.stage.image != image and explorer.viewer.place != before
    space.drag.undo.click()
    await artist.settle()
    assert explorer.viewer.place == before and space.stage.image == image
    QTest.keyClick(handles, Qt.Key.Key_Return)
    await artist.settle()
    assert explorer.viewer.latent is not None and explorer.viewer.latent.name.endswith(", dragged")


async def the_next_sitting(artist: Traveller) -> None:
    artist.app.handlers.show_explorer()
    await artist.settle()
    space = space_of(artist)
    assert len(space.bookmarks.ids) == 3
    space.show_tool("Steer")
    await artist.settle()
    assert space.steer.rows[0].name.text() == "Warmth"
    assert artist.troubles == []


def test_travel_bookmark_crossbreed_steer_find_drag_film_and_to_the_canvas(
    tiny_scrolls: StartEngine, travel: Travel, painting: Path, tmp_path: Path
) -> None:
    travel(tiny_scrolls, the_first_sitting(painting, tmp_path))
    travel(tiny_scrolls, the_next_sitting)
