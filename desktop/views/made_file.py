"""What stands beside the window's last line when that is about a file: a way to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.widgets.controls import LinkButton


class MadeFile(LinkButton):
    """Opens the folder of the file in the system's own file manager; hidden where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Show in its folder", parent)
        self._file: Path | None = None
        self.clicked.connect(self._show)
        self.hide()

    def set_file(self, file: Path | None) -> None:
        self._file = file
        self.setToolTip("" if file is None else str(file))
        self.setVisible(file is not None)

    def _show(self) -> None:
        if self._file is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._file.parent)))
