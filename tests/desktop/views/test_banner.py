from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
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
