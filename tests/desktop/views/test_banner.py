from __future__ import annotations

import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.views import banner
from desktop.views.banner import Banners


def test_troubles_that_were_read_go_when_something_goes_well(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    banners = Banners(host)
    banners.trouble("The file is broken.")
    banners.offer("The style is removed.", ("Undo", lambda: None))
    banners.settle()
    assert banners.sentences == ["The file is broken.", "The style is removed."], "nobody has read it yet"
    monkeypatch.setattr(banner, "READ", 0)
    qtbot.wait(10)
    banners.settle()
    assert banners.sentences == ["The style is removed."]


def test_they_stay_over_the_area_that_they_were_given(qtbot: QtBot) -> None:
    first, host, left, area, right = QWidget(), QWidget(), QWidget(), QWidget(), QWidget()
    qtbot.addWidget(first)
    qtbot.addWidget(host)
    row = QHBoxLayout(host)
    for part, width in ((left, 200), (area, None), (right, 400)):
        row.addWidget(part)
        if width is not None:
            part.setFixedWidth(width)
    host.resize(1400, 600)
    host.show()
    banners = Banners(first)
    banners.offer("Sfumato stopped unexpectedly last time.", ("Show the report", lambda: None))
    banners.move_to(host, area)
    assert banners.parent() is host and area.geometry().contains(banners.geometry())
    host.resize(1100, 600)
    assert area.geometry().contains(banners.geometry())
    area.hide()
    right.hide()
    left.setFixedWidth(1000)
    assert abs(banners.geometry().center().x() - host.rect().center().x()) <= 1, "without it, over the middle of all"
