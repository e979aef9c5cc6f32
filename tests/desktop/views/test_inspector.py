from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.inspector import Inspector
from desktop.views.thumbnails import Thumbnail
from desktop.widgets.controls import Switch
from engine.api.recipe import MAX_STYLES, GalleryStyle, Layer, Photo, PictureStyle, StyleUse
from tests.desktop.views.finding import named, picture

PHOTO = Photo("p", 400, 300, "harbour.jpg")
TITLES = {"gallery:monet": "Water Lilies", "mine:abc": "Quilt"}
MIX = (StyleUse(GalleryStyle("monet"), 1.0), StyleUse(PictureStyle("abc"), 0.25))


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    made = Inspector()
    qtbot.addWidget(made)
    made.resize(280, 600)
    made.set_layer(Layer(PHOTO, MIX, strength=0.5), TITLES)
    made.show()
    return made


def shown_texts(inspector: Inspector) -> list[str]:
    return [label.text() for label in inspector.findChildren(QLabel) if label.isVisible()]


def test_it_teaches_what_to_do_first(inspector: Inspector) -> None:
    inspector.set_layer(None, {})
    assert "No photo yet" in shown_texts(inspector)
    inspector.set_layer(Layer(PHOTO), {})
    assert "Pick a style" in shown_texts(inspector)


def test_values_from_outside_are_told_to_nobody(inspector: Inspector, qtbot: QtBot) -> None:
    told: list[object] = []
    signals = (inspector.strength_changed, inspector.share_changed, inspector.scale_changed, inspector.keep_colors_changed)
    for signal in (*signals, inspector.gesture_ended, inspector.style_removed, inspector.reset_requested):
        signal.connect(lambda *values: told.append(values))
    inspector.set_layer(Layer(PHOTO, MIX[::-1], strength=0.25, style_scale=2.0, keep_colors=True), TITLES)
    inspector.set_layer(Layer(PHOTO, MIX[:1], strength=0.75), TITLES)
    assert told == []


@pytest.mark.parametrize(("name", "signal"), [("Strength", "strength_changed"), ("Stroke size", "scale_changed")])
def test_sliders_tell_value_and_gesture(inspector: Inspector, qtbot: QtBot, name: str, signal: str) -> None:
    bar = named(inspector, QAbstractSlider, name)
    with qtbot.waitSignal(getattr(inspector, signal)) as first:
        QTest.keyClick(bar, Qt.Key.Key_Right)
    with qtbot.waitSignal(getattr(inspector, signal)) as second:
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert second.args[0] > first.args[0]
    assert first.args[1] == second.args[1] != ""
    with qtbot.waitSignal(inspector.gesture_ended):
        pass


def test_a_share_belongs_to_its_style(inspector: Inspector, qtbot: QtBot) -> None:
    bar = named(inspector, QAbstractSlider, "Share of Quilt")
    with qtbot.waitSignal(inspector.share_changed) as changed:
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert changed.args[0] == "mine:abc"
    assert changed.args[1] == pytest.approx(0.21)
    with qtbot.waitSignal(inspector.gesture_ended):
        pass


def test_a_style_can_be_taken_out(inspector: Inspector, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspector.style_removed) as removed:
        named(inspector, QToolButton, "Remove Water Lilies").click()
    assert removed.args == ["gallery:monet"]


def test_a_single_style_has_no_share(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.set_layer(Layer(PHOTO, MIX[:1]), TITLES)
    qtbot.waitUntil(lambda: not [bar for bar in inspector.findChildren(QAbstractSlider) if bar.accessibleName().startswith("Share")])
    assert named(inspector, QToolButton, "Remove Water Lilies").isVisible()


def test_rows_stay_while_a_share_is_dragged(inspector: Inspector) -> None:
    bar = named(inspector, QAbstractSlider, "Share of Quilt")
    inspector.set_layer(Layer(PHOTO, (MIX[0], StyleUse(PictureStyle("abc"), 3.0))), TITLES)
    assert named(inspector, QAbstractSlider, "Share of Quilt") is bar
    assert bar.value() == 75


def test_shares_are_per_cent_of_the_mix(inspector: Inspector) -> None:
    shown = {edit.accessibleName(): edit.text() for edit in inspector.findChildren(QLineEdit)}
    assert (shown["Share of Water Lilies, value"], shown["Share of Quilt, value"]) == ("80%", "20%")


def test_colours_can_be_kept(inspector: Inspector, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspector.keep_colors_changed) as kept:
        named(inspector, Switch, "Keep the photo’s colours").click()
    assert kept.args == [True]


def test_reset_is_offered_where_it_would_change_something(inspector: Inspector, qtbot: QtBot) -> None:
    button = named(inspector, QPushButton, "Reset strength, stroke size, colours and shares")
    with qtbot.waitSignal(inspector.reset_requested):
        button.click()
    inspector.set_layer(Layer(PHOTO, MIX[:1]), TITLES)
    assert not button.isVisible()
    inspector.set_layer(Layer(PHOTO, MIX), TITLES)  # uneven shares
    assert button.isVisible()


def test_a_picture_is_asked_for_once_for_each_style(inspector: Inspector) -> None:
    asked: list[str] = []

    def answer(key: str) -> None:
        asked.append(key)
        inspector.set_style_thumbnail(key, picture("#ff0000"))

    inspector.thumbnail_wanted.connect(answer)
    inspector.set_layer(Layer(PHOTO, MIX[:1]), TITLES)
    for strength in (0.9, 0.8, 0.7):
        inspector.set_layer(Layer(PHOTO, MIX[:1], strength=strength), TITLES)
    assert asked == ["gallery:monet"]
    shown = inspector.findChildren(Thumbnail)[-1]
    assert shown.grab().toImage().pixelColor(shown.rect().center()).name() == "#ff0000"


def test_a_full_mix_says_so(inspector: Inspector) -> None:
    inspector.set_layer(Layer(PHOTO, tuple(StyleUse(GalleryStyle(str(n))) for n in range(MAX_STYLES))), {})
    assert f"{MAX_STYLES} styles are the most that mix well." in shown_texts(inspector)


def test_tab_goes_down_the_panel(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.set_layer(Layer(PHOTO, MIX[::-1], strength=0.5), TITLES)
    qtbot.waitUntil(lambda: "Share of Quilt" in tab_names(inspector))
    rows = ["Remove Quilt", "Share of Quilt", "Remove Water Lilies", "Share of Water Lilies"]
    stops = [*rows, "Strength", "Stroke size", "Keep the photo’s colours", "Reset strength, stroke size, colours and shares"]
    assert [name for name in tab_names(inspector) if name in stops] == stops


def tab_names(panel: QWidget) -> list[str]:
    """The names of what Tab stops at, in its order."""
    names: list[str] = []
    widget = panel.nextInFocusChain()
    while widget is not None and widget is not panel:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            names.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    return names
