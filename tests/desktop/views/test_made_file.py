from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from desktop.state.notices import Notices
from desktop.views.made_file import MadeFile


def test_a_file_that_was_made_is_shown_in_its_folder(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    notices, link = Notices(), MadeFile()
    qtbot.addWidget(link)
    notices.about.connect(link.set_file)
    notices.say("Exported harbour.png", tmp_path / "harbour.png")
    assert link.isVisible()
    link.click()
    assert opened == [QUrl.fromLocalFile(str(tmp_path))]
    notices.say("Saved harbour")
    assert not link.isVisible()
