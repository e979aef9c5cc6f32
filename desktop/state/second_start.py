"""One studio at a time: a second start hands its files to the first and ends. Files that the system hands over come the same way.

The two meet at a local socket whose name follows from the user and the user's folder. One that a crash left behind is taken over.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)

CONNECT_MS = 500
ANSWER_MS = 3000
"""How long the first studio may take to answer; one that is stuck for longer does not keep the second from opening."""

LONGEST_ADDRESS = 100
"""Unix allows 107 bytes for a socket's path."""

MOST_BYTES = 1_000_000
FILES_COME_AS_EVENTS = sys.platform == "darwin"
"""Only there is the application's every event looked at: a filter in Python costs each of them time."""
ANSWER = b"ok\n"


def address(home: Path) -> str:
    """The name of the socket of this user's studio on the folder `home`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a number without a name, as in some containers
        user = ""
    name = "sfumato-" + hashlib.sha256(f"{user}\0{home.absolute()}".encode(errors="surrogateescape")).hexdigest()[:20]
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    path = f"{folder}/{name}"
    return path if folder and Path(folder).is_dir() and len(os.fsencode(path)) <= LONGEST_ADDRESS else name


def hand_over(files: Sequence[Path], home: Path) -> bool:
    """Ask a studio that runs already to open these files and come to the front; False where none answers."""
    socket = QLocalSocket()
    socket.connectToServer(address(home))
    if not socket.waitForConnected(CONNECT_MS):
        return False
    socket.write(json.dumps([str(file.absolute()) for file in files]).encode() + b"\n")
    answered = socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()) == ANSWER
    socket.abort()
    return answered


class Doorkeeper(QObject):
    """Hears of later starts. `knocked` carries the files that one was given (a tuple of paths, perhaps empty)."""

    knocked = Signal(object)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._address = address(home)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._let_in)

    def open(self) -> None:
        """Begin to listen, unless another studio does. Where it cannot be, later starts open studios of their own."""
        application = QCoreApplication.instance()
        if FILES_COME_AS_EVENTS and application is not None:
            application.installEventFilter(self)
        if _is_served(self._address):  # asked first: Qt would take a name away from the studio that has it
            _log.info("another studio hears of later starts")
            return
        QLocalServer.removeServer(self._address)  # perhaps a crash left it
        if not self._server.listen(self._address):
            _log.info("later starts are not heard of: %s", self._server.errorString())

    def close(self) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self._server.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """macOS hands over files by an event of the application."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.knocked.emit((Path(event.file()),))
            return True
        return False

    def _let_in(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._listen_to(socket))
            if socket.bytesAvailable():
                self._listen_to(socket)

    def _listen_to(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MOST_BYTES:
                socket.abort()
            return
        files = _files_of(bytes(socket.readLine(MOST_BYTES).data()))
        if files is None:
            socket.abort()
            return
        socket.write(ANSWER)
        socket.flush()
        self.knocked.emit(files)


def _is_served(name: str) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(name)
    served = socket.waitForConnected(CONNECT_MS)
    socket.abort()
    return served


def _files_of(line: bytes) -> tuple[Path, ...] | None:
    """The files that a message names; None where it is none of ours."""
    try:
        named = json.loads(line)
    except ValueError:
        return None
    return tuple(map(Path, named)) if isinstance(named, list) and all(isinstance(name, str) for name in named) else None
