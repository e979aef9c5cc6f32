from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.about import AboutDialog
from tests.desktop.views.finding import named


def texts(dialog: AboutDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_it_tells_version_and_engine(qtbot: QtBot) -> None:
    dialog = AboutDialog("1.2.3", "the processor, 7 threads", "sfumato-style")
    qtbot.addWidget(dialog)
    dialog.open()
    assert "Version 1.2.3" in texts(dialog)
    assert "The engine runs on the processor, 7 threads, with the stylizer sfumato-style." in texts(dialog)
    named(dialog, QPushButton, "Close").click()
    assert not dialog.isVisible()


def test_while_the_engine_warms_up_it_says_so(qtbot: QtBot) -> None:
    dialog = AboutDialog("1.2.3")
    qtbot.addWidget(dialog)
    assert "The engine is still warming up." in texts(dialog)


def test_a_device_is_named_in_words(qtbot: QtBot) -> None:
    dialog = AboutDialog("1.2.3", "cpu", "sfumato-style")
    qtbot.addWidget(dialog)
    assert "The engine runs on the processor, with the stylizer sfumato-style." in texts(dialog)
