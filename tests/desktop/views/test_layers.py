from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from desktop.views.layer_list import THUMBNAIL_ROLE, LayerList, LayerModel, eye_rect
from desktop.views.layers import Layers
from engine.api.recipe import BLEND_MODES, Layer, Photo
from tests.desktop.views.finding import named, picture

BOTTOM = Layer(Photo("a", 4000, 3000, "harbour.jpg"))
MIDDLE = Layer(Photo("b", 2000, 3000, "clouds.png"), opacity=0.6, blend="soft-light")
TOP = Layer(Photo("c", 2000, 3000, "grain.png"), visible=False)


@pytest.fixture
def layers(qtbot: QtBot) -> Layers:
    made = Layers()
    qtbot.addWidget(made)
    made.resize(300, 360)
    made.set_layers((BOTTOM, MIDDLE, TOP), 1)
    made.show()
    return made


def rows(layers: Layers) -> LayerList:
    return named(layers, LayerList, "Layers, top first")


def spoken(layers: Layers) -> list[str]:
    model = rows(layers).model()
    return [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]


def test_the_top_layer_comes_first(layers: Layers) -> None:
    assert spoken(layers) == ["grain, Normal · 100%, hidden", "clouds, Soft light · 60%, visible", "harbour, 4,000 × 3,000 px, visible"]
    assert rows(layers).currentIndex().row() == 1


def test_layers_from_outside_are_told_to_nobody(layers: Layers) -> None:
    told: list[object] = []
    for signal in (layers.current_changed, layers.opacity_changed, layers.blend_changed, layers.visibility_toggled, layers.gesture_ended):
        signal.connect(lambda *values: told.append(values))
    layers.set_layers((BOTTOM, TOP, MIDDLE), 2)
    layers.set_layers((BOTTOM,), 0)
    layers.set_layers((), 0)
    layers.set_layers((BOTTOM, MIDDLE), 1)
    assert told == []


def test_a_click_chooses_a_layer(layers: Layers, qtbot: QtBot) -> None:
    view = rows(layers)
    with qtbot.waitSignal(layers.current_changed) as chosen:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center())
    assert chosen.args == [2]


def test_the_eye_hides_without_choosing(layers: Layers, qtbot: QtBot) -> None:
    view = rows(layers)
    eye = eye_rect(view.visualRect(view.model().index(2, 0))).center()
    with qtbot.waitSignal(layers.visibility_toggled) as toggled, qtbot.assertNotEmitted(layers.current_changed):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert toggled.args == [0]


def test_keys_hide_move_and_remove(layers: Layers, qtbot: QtBot) -> None:
    view = rows(layers)
    with qtbot.waitSignal(layers.visibility_toggled) as toggled:
        QTest.keyClick(view, Qt.Key.Key_Space)
    with qtbot.waitSignal(layers.moved) as up:
        QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(layers.moved) as down:
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(layers.removed) as removed:
        QTest.keyClick(view, Qt.Key.Key_Delete)
    assert (toggled.args, up.args, down.args, removed.args) == ([1], [1, 2], [1, 0], [1])


def test_the_only_layer_stays(layers: Layers, qtbot: QtBot) -> None:
    layers.set_layers((BOTTOM,), 0)
    with qtbot.assertNotEmitted(layers.removed), qtbot.assertNotEmitted(layers.moved):
        QTest.keyClick(rows(layers), Qt.Key.Key_Delete)
        QTest.keyClick(rows(layers), Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert not named(layers, QToolButton, "Remove harbour").isEnabled()


@pytest.mark.parametrize(
    ("row", "gap", "told"),
    [(0, 3, [2, 0]), (2, 0, [0, 2]), (0, 2, [2, 1]), (1, 0, [1, 2]), (1, 1, None), (1, 2, None)],
)
def test_a_row_dropped_into_a_gap_is_moved_there(layers: Layers, row: int, gap: int, told: list[int] | None) -> None:
    """Gaps are counted from the top: gap 0 lies above the first row."""
    model = rows(layers).model()
    assert isinstance(model, LayerModel)
    moves: list[list[int]] = []
    layers.moved.connect(lambda source, target: moves.append([source, target]))
    model.dropMimeData(model.mimeData([model.index(row)]), Qt.DropAction.MoveAction, gap, 0, QModelIndex())
    assert moves == ([told] if told else [])
    assert model.rowCount() == 3  # the document moves layers, and then tells


def test_opacity_and_blend_belong_to_the_current_upper_layer(layers: Layers, qtbot: QtBot) -> None:
    bar, box = named(layers, QAbstractSlider, "Opacity"), named(layers, QComboBox, "Blend mode")
    assert (bar.value(), box.currentText()) == (60, "Soft light")
    with qtbot.waitSignal(layers.opacity_changed) as changed:
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert changed.args[:2] == [1, pytest.approx(0.61)]
    with qtbot.waitSignal(layers.gesture_ended):
        pass
    with qtbot.waitSignal(layers.blend_changed) as blended:
        QTest.keyClick(box, Qt.Key.Key_Up)
    assert blended.args == [1, BLEND_MODES[BLEND_MODES.index("soft-light") - 1]]
    layers.set_layers((BOTTOM, MIDDLE, TOP), 0)
    assert not bar.isEnabled()
    assert not box.isEnabled()
    layers.set_layers((BOTTOM,), 0)
    assert not bar.isVisible()


def test_the_menu_offers_what_is_possible(layers: Layers, qtbot: QtBot) -> None:
    bottom = {action.text(): action for action in layers.make_menu(0).actions()}
    assert bottom["Move up"].isEnabled()
    assert not bottom["Move down"].isEnabled()
    assert "Hide" in bottom
    assert "Show" in {action.text() for action in layers.make_menu(2).actions()}
    with qtbot.waitSignal(layers.moved) as moved:
        bottom["Move up"].trigger()
    assert moved.args == [0, 1]


def test_a_layer_can_be_added(layers: Layers, qtbot: QtBot) -> None:
    with qtbot.waitSignal(layers.add_requested):
        named(layers, QToolButton, "Add a photo as a layer").click()


def test_a_thumbnail_finds_its_layers(layers: Layers) -> None:
    layers.set_thumbnail("b", picture("#00ff00"))
    model = rows(layers).model()
    assert model.index(1, 0).data(THUMBNAIL_ROLE).pixelColor(0, 0).name() == "#00ff00"
    assert model.index(0, 0).data(THUMBNAIL_ROLE) is None


def test_without_layers_it_teaches(layers: Layers) -> None:
    layers.set_layers((), 0)
    assert "No layers yet" in [label.text() for label in layers.findChildren(QLabel) if label.isVisible()]
