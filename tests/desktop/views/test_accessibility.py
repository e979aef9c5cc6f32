"""Every control that the keyboard can reach has a name for a screen reader, in every panel, filled and empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.about import AboutDialog
from desktop.views.batch.window import BatchWindow
from desktop.views.enlarge_dialog import EnlargeDialog
from desktop.views.explorer.blend_page import BlendPage
from desktop.views.explorer.bookmark_strip import BookmarkStrip
from desktop.views.explorer.journey_page import JourneyPage
from desktop.views.explorer.space import ExplorerSpace
from desktop.views.explorer.steer_page import SteerPage
from desktop.views.export_dialog import ExportDialog
from desktop.views.gallery import Card, Gallery
from desktop.views.inspector import Inspector
from desktop.views.jobs_bar import JobRow, JobsBar
from desktop.views.layers import Layers
from desktop.views.results import Results
from desktop.views.training.model_page import ModelPage
from desktop.views.training.plan_page import PlanPage
from desktop.views.training.run_page import RunPage
from desktop.views.training.welcome import Welcome
from desktop.widgets import theme
from engine.api.place_kinds import GROUPS
from engine.api.recipe import GalleryStyle, Layer, Photo, StyleUse
from tests.desktop.views.finding import picture, spoken_name

PHOTO = Photo("p", 400, 300, "harbour.jpg")


def full_gallery() -> Gallery:
    gallery = Gallery()
    gallery.set_cards([Card(f"gallery:{n}", f"Style {n}", "A painter · 1900") for n in range(30)])
    return gallery


def full_inspector() -> Inspector:
    inspector = Inspector()
    inspector.set_layer(Layer(PHOTO, (StyleUse(GalleryStyle("a")), StyleUse(GalleryStyle("b"))), strength=0.5), {})
    return inspector


def full_layers() -> Layers:
    layers = Layers()
    layers.set_layers((Layer(PHOTO), Layer(PHOTO)), 1)
    return layers


def full_results() -> Results:
    results = Results()
    results.add_result("1", picture(), "Water Lilies")
    return results


def full_jobs_bar() -> JobsBar:
    bar = JobsBar()
    bar.set_jobs([JobRow(1, "Exporting", "", 0.5, 9.0), JobRow(2, "Exporting", "", None, None)])
    return bar


def full_bookmarks() -> BookmarkStrip:
    strip = BookmarkStrip()
    strip.set_bookmarks([("1", "boats 1"), ("2", "boats 2")])
    strip.set_picture("1", picture())
    return strip


def full_directions() -> SteerPage:
    page = SteerPage()
    page.set_directions(["Weights 1", "Weights 2"], more=True)
    return page


def full_blend() -> BlendPage:
    page = BlendPage()
    page.set_choices([("1", "boats 1", picture()), ("2", "boats 2", picture())])
    page.set_blend("two", dict.fromkeys(GROUPS, (0.5, 0.5)), ("1", "2"), {})
    return page


PANELS: tuple[Callable[[], QWidget], ...] = (
    *(Gallery, Inspector, Layers, Results, JobsBar, ExportDialog, EnlargeDialog),
    *(full_gallery, full_inspector, full_layers, full_results, full_jobs_bar),
    *(Welcome, PlanPage, RunPage, ModelPage),
    *(ExplorerSpace, BookmarkStrip, full_bookmarks, full_directions, full_blend, JourneyPage),
    lambda: AboutDialog("1.0"),
    lambda: BatchWindow(lambda _: None),
)


INNER = ("QLineEdit in QSpinBox", "QLineEdit in QDoubleSpinBox")
"""A spin box speaks for its inner field."""


@pytest.mark.parametrize("make", PANELS)
def test_every_stop_of_the_keyboard_has_a_name(make: Callable[[], QWidget], qtbot: QtBot) -> None:
    panel = make()
    qtbot.addWidget(panel)
    panel.show()
    stops = [child for child in panel.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus]
    nameless = [f"{type(child).__name__} in {type(child.parent()).__name__}" for child in stops if not spoken_name(child)]
    assert [name for name in nameless if name not in INNER] == []


@pytest.mark.parametrize("make", PANELS)
def test_every_panel_paints_in_the_studios_dress(make: Callable[[], QWidget], qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    panel = make()
    qtbot.addWidget(panel)
    panel.resize(320, 500)
    panel.show()
    shown = panel.grab().toImage()
    colours = {shown.pixelColor(x, y).name() for x in range(0, shown.width(), 3) for y in range(0, shown.height(), 3)}
    assert theme.THEME.panel in colours
