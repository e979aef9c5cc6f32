from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.state.training.generators import facts, in_few_words
from desktop.views.training.model_page import ModelPage
from desktop.views.training.parts import Stage
from desktop.views.training.welcome import Row, Welcome
from desktop.widgets.controls import Heading, LinkButton
from engine.api.manifest import Manifest
from tests.desktop.views.finding import named, picture

MODEL = Manifest(
    "boats",
    "generator",
    Path("boats.safetensors"),
    "CC BY 4.0",
    {"size": 64, "kind": "style"},
    {"pictures": 40, "seen": 6400, "hours": 2.5},
    {"sentence": "None is a copy.", "copies": 0.01, "coverage": 0.5, "held_out": 8},
)


def test_a_model_in_the_artists_words() -> None:
    assert in_few_words(MODEL) == "64 px, style-based"
    said = facts(MODEL)
    assert said.sentence == "None is a copy."
    assert dict(said.rows)["Learnt from"] == "40 pictures, each shown about 160 times"
    assert dict(said.rows)["Trained for"] == "2.5 hours"
    assert dict(said.rows)["May be copies"] == "1% of its samples"
    bare = facts(Manifest("x", "generator", Path("x.safetensors")))
    assert bare.sentence == "It carries no originality report." and len(bare.rows) == 1


@pytest.fixture
def page(qtbot: QtBot) -> ModelPage:
    made = ModelPage()
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.set_model(MODEL.id, in_few_words(MODEL), facts(MODEL))
    made.show()
    return made


def test_a_picture_can_be_chosen_and_sent_to_the_canvas(page: ModelPage) -> None:
    told: list[object] = []
    for signal in (page.seed_changed, page.variety_changed):
        signal.connect(told.append)
    page.layer_wanted.connect(lambda: told.append("layer"))
    page.photo_wanted.connect(lambda: told.append("photo"))
    page.set_picture(QImage(), 3, 0.5, "There is no such model.")
    assert told == [] and not page.layer.isEnabled()
    page.set_picture(picture(), 3, 0.5, "")
    assert (page.seed.value(), page.variety.value) == (3, 0.5)
    page.seed.setValue(7)
    page.layer.click()
    page.photo.click()
    page.another.click()
    assert told[:3] == [7, "layer", "photo"] and isinstance(told[3], int)
    page.set_has_canvas(False)
    assert not page.layer.isVisible() and page.photo.isVisible()


def test_another_models_facts_take_the_place(page: ModelPage) -> None:
    page.set_model("x", "", facts(Manifest("x", "generator", Path("x.safetensors"))))
    shown = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "CC BY 4.0" not in shown and "It carries no originality report." in shown


def test_a_click_on_a_sheet_tells_the_cell(qtbot: QtBot) -> None:
    stage = Stage("Sheet")
    qtbot.addWidget(stage)
    stage.resize(300, 300)
    stage.show_image(picture(width=64, height=64))
    stage.set_cells(4, 1)
    stage.show()
    told: list[int] = []
    stage.clicked.connect(told.append)
    box = stage.picture_rect()
    for column, row in ((0, 0), (3, 0), (1, 2)):
        spot = QPoint(round(box.left() + (column + 0.5) * box.width() / 4), round(box.top() + (row + 0.5) * box.height() / 4))
        QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=spot)
    QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert told == [0, 3, 9]
    stage.grab()


def test_the_beginning_lists_what_waits(qtbot: QtBot) -> None:
    welcome = Welcome()
    qtbot.addWidget(welcome)
    welcome.show()
    told: list[object] = []
    welcome.run_wanted.connect(lambda key, action: told.append((key, action)))
    welcome.model_wanted.connect(lambda key, action: told.append((key, action)))
    welcome.set_runs({"waiting": [Row("a", "boats", "paused", ("Look", "Go on"))], "finished": [Row("b", "sails", "finished", ("Look",))]})
    assert [label.text() for label in welcome.findChildren(Heading) if label.isVisible()] == ["Trainings that wait", "Finished trainings"]
    welcome.set_models([Row("m", "scrolls", "128 px", ("About", "Explore"))])
    named(welcome, LinkButton, "Go on: boats").click()
    named(welcome, LinkButton, "Explore: scrolls").click()
    assert told == [("a", "Go on"), ("m", "Explore")]
    welcome.set_runs({})
    assert not welcome.trouble.isVisible()
    welcome.set_trouble("The runs cannot be read.")
    assert welcome.trouble.isVisible() and welcome.trouble.text() == "The runs cannot be read."
    assert [button.accessibleName() for button in welcome.findChildren(LinkButton) if button.isVisible()] == [
        "About: scrolls",
        "Explore: scrolls",
    ]
