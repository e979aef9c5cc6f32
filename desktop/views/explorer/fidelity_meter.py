"""How like a photo the picture is that was found: a bar, a share and a word, so that none of them is needed alone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.widgets.theme import THEME, Weight, font
from engine.api.events import Fidelity
from engine.api.exploring import AKIN, ALIKE, NEAR

BAR = 6


class FidelityMeter(QWidget):
    """`set_near` with None before anything is known. Ticks mark from where on a photo counts as found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._near: Fidelity | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(font(THEME.size_label, tabular=True))
        self.set_near(None)

    @property
    def text(self) -> str:
        return "…" if self._near is None else f"{self._near.likeness:.0%} alike"

    @property
    def word(self) -> str:
        if self._near is None:
            return ""
        like = self._near.likeness
        return "found" if like >= ALIKE else "close, not in details" if like >= NEAR else "distant" if like >= AKIN else "far"

    def set_near(self, near: Fidelity | None) -> None:
        self._near = near
        self.setAccessibleName(f"Likeness: {self.text} {self.word}".rstrip())
        decibels = "" if near is None else f"{near.psnr:.1f} dB. "
        self.setToolTip(f"{decibels}0%: as unlike as two of the generator’s pictures taken at random. 100%: the same to the eye.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 20 + BAR)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QRectF(0, 0, self.width(), 18)
        painter.setPen(QColor(THEME.text_muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.word)
        painter.setPen(QColor(THEME.text))
        painter.setFont(font(THEME.size_label, Weight.Medium, tabular=True))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text)
        track = QRectF(0, self.height() - BAR, self.width(), BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(THEME.hover))
        painter.drawRoundedRect(track, BAR / 2, BAR / 2)
        if self._near is not None and self._near.likeness > 0:
            filled = QRectF(track)
            filled.setWidth(max(BAR, track.width() * min(1.0, self._near.likeness)))
            painter.setBrush(QColor({"found": THEME.good, "close, not in details": THEME.accent}.get(self.word, THEME.caution)))
            painter.drawRoundedRect(filled, BAR / 2, BAR / 2)
        for tick in (AKIN, NEAR, ALIKE):
            painter.fillRect(QRectF(track.width() * tick - 0.5, track.top(), 1, BAR), QColor(THEME.panel))
        painter.end()
