from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.state import second_start
from desktop.state.second_start import Doorkeeper, address


@pytest.fixture
def heard() -> list[tuple[Path, ...]]:
    return []


@pytest.fixture
def keeper(qapp: QApplication, tmp_path: Path, heard: list[tuple[Path, ...]]) -> Iterator[Doorkeeper]:
    keeper = Doorkeeper(tmp_path)
    keeper.knocked.connect(heard.append)
    keeper.open()
    yield keeper
    keeper.close()


class Visitor:
    """A second start that does not hold up the event loop of the first, as it is in the same process here."""

    def __init__(self, home: Path) -> None:
        self.answer = b""
        self.socket = QLocalSocket()
        self.socket.readyRead.connect(self._read)
        self.socket.connectToServer(address(home))
        assert self.socket.waitForConnected(1000)

    def say(self, message: bytes) -> None:
        self.socket.write(message)
        self.socket.flush()

    def _read(self) -> None:
        self.answer += bytes(self.socket.readAll().data())


def test_files_of_a_later_start_arrive(keeper: Doorkeeper, heard: list[tuple[Path, ...]], qtbot: QtBot, tmp_path: Path) -> None:
    visitor = Visitor(tmp_path)
    names = ["/a b.jpg", "/früh 早い.png"]
    visitor.say(json.dumps(names).encode()[:9])  # a message may come in pieces
    qtbot.wait(20)
    visitor.say(json.dumps(names).encode()[9:] + b"\n")
    qtbot.waitUntil(lambda: visitor.answer == second_start.ANSWER)
    assert heard == [tuple(map(Path, names))]


@pytest.mark.parametrize("message", [b"hello\n", b'{"open": 1}\n', b"[1, 2]\n"])
def test_other_messages_are_no_files(
    keeper: Doorkeeper, heard: list[tuple[Path, ...]], qtbot: QtBot, tmp_path: Path, message: bytes
) -> None:
    visitor = Visitor(tmp_path)
    visitor.say(message)
    qtbot.waitUntil(lambda: visitor.socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert (heard, visitor.answer) == ([], b"")


def test_without_another_studio_nothing_is_handed_over(qapp: QApplication, tmp_path: Path) -> None:
    assert not second_start.hand_over((tmp_path / "a.jpg",), tmp_path)


def test_a_studio_that_does_not_answer_is_not_waited_for(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_start, "ANSWER_MS", 50)
    stuck = QLocalServer()
    assert stuck.listen(address(tmp_path))
    assert not second_start.hand_over((), tmp_path)
    stuck.close()


def test_every_folder_has_an_address_of_its_own(tmp_path: Path) -> None:
    assert address(tmp_path / "a") == address(tmp_path / "a")
    assert address(tmp_path / "a") != address(tmp_path / "b")


def test_a_long_runtime_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = tmp_path, tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    assert "/" not in address(short)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes leave nothing behind there")
def test_what_a_crash_left_is_taken_over(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.fspath(tmp_path))
    if "/" not in address(tmp_path):
        pytest.skip("the temporary folder's name is too long for a socket")
    import socket

    dead = socket.socket(socket.AF_UNIX)
    dead.bind(address(tmp_path))  # and closed without being removed, as when its process is killed
    dead.listen()
    dead.close()
    heard: list[tuple[Path, ...]] = []
    keeper = Doorkeeper(tmp_path)
    keeper.knocked.connect(heard.append)
    keeper.open()
    Visitor(tmp_path).say(b'["/a.jpg"]\n')
    qtbot.waitUntil(lambda: heard == [(Path("/a.jpg"),)])
    keeper.close()


def test_a_second_keeper_leaves_the_first_in_place(keeper: Doorkeeper, heard: list[tuple[Path, ...]], qtbot: QtBot, tmp_path: Path) -> None:
    second = Doorkeeper(tmp_path)
    second.open()
    second.close()
    Visitor(tmp_path).say(b"[]\n")
    qtbot.waitUntil(lambda: heard == [()])


@pytest.mark.parametrize("there", [True, False])
def test_a_file_that_macos_hands_over_arrives(
    qapp: QApplication, tmp_path: Path, heard: list[tuple[Path, ...]], monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr(second_start, "FILES_COME_AS_EVENTS", there)
    keeper = Doorkeeper(tmp_path)
    keeper.knocked.connect(heard.append)
    keeper.open()
    QApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile("/a b.sfumato")))
    keeper.close()
    assert heard == ([(Path("/a b.sfumato"),)] if there else [])
