"""Styles to tick: a list with small pictures, and a field to search it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.state.library import StyleEntry
from desktop.views.gallery_model import plain_letters
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME

PICTURE = QSize(40, 30)
KEY = Qt.ItemDataRole.UserRole


class StyleList(QWidget):
    """`changed` follows each tick; `thumbnail` gives a style's picture when it is first shown."""

    changed = Signal()

    def __init__(self, thumbnail: Callable[[str], QImage | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnail = thumbnail
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search styles")
        self._search.setAccessibleName("Search styles")
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("search", colour=THEME.text_faint), QLineEdit.ActionPosition.LeadingPosition)
        self._list = QListWidget()
        self._list.setAccessibleName("Styles")
        self._list.setIconSize(PICTURE)
        self._list.setUniformItemSizes(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.space_2)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        self._search.textChanged.connect(self._filter)
        self._list.itemChanged.connect(lambda _: self.changed.emit())

    def set_styles(self, styles: Sequence[StyleEntry], ticked: Collection[str]) -> None:
        """Show these, of which some are ticked; those come first."""
        with QSignalBlocker(self._list):
            self._list.clear()
            for style in sorted(styles, key=lambda style: style.key not in ticked):
                row = QListWidgetItem(f"{style.title}, {style.subtitle}" if style.subtitle else style.title)
                row.setData(KEY, style.key)
                row.setToolTip(row.text())
                row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
                row.setCheckState(Qt.CheckState.Checked if style.key in ticked else Qt.CheckState.Unchecked)
                self._list.addItem(row)
        self._picture_all()
        self.changed.emit()

    @property
    def ticked(self) -> list[str]:
        rows = [self._list.item(place) for place in range(self._list.count())]
        return [row.data(KEY) for row in rows if row.checkState() == Qt.CheckState.Checked]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._picture_all()

    def _picture_all(self) -> None:
        """Not before the list is seen: reading them all takes a moment."""
        if not self.isVisible():
            return
        with QSignalBlocker(self._list):
            for place in range(self._list.count()):
                row = self._list.item(place)
                if row.icon().isNull() and (image := self._thumbnail(row.data(KEY))) is not None:
                    row.setIcon(QIcon(QPixmap.fromImage(_covering(image, PICTURE * self.devicePixelRatioF()))))

    def _filter(self, words: str) -> None:
        wanted = plain_letters(words).split()
        for place in range(self._list.count()):
            row = self._list.item(place)
            text = plain_letters(row.text())
            row.setHidden(not all(word in text for word in wanted))


def _covering(image: QImage, size: QSize) -> QImage:
    """The middle of the picture, filling the size."""
    scaled = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation)
    return scaled.copy((scaled.width() - size.width()) // 2, (scaled.height() - size.height()) // 2, size.width(), size.height())
