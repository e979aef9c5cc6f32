"""How a card of the gallery is drawn: the picture, a ring where it is in use, the star, title and painter."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.views.gallery_model import ACTIVE_ROLE, CARD_ROLE, FAVOURITE_ROLE, THUMBNAIL_ROLE, Card
from desktop.views.thumbnails import Covers, Ring, badge_rect, caption_lines, paint_badge, paint_icon, paint_ring
from desktop.widgets.theme import THEME, Weight, font

GAP = 10
"""Logical pixels between two cards."""
CAPTION = 57
"""Logical pixels below a thumbnail: a title of up to two lines, and the painter."""
TITLE_LINES, LINE = 2, 15
ASPECT = 4 / 3

Index = QModelIndex | QPersistentModelIndex


def cell_size(width: int) -> QSize:
    """The size of a grid cell `width` logical pixels wide, its gap included."""
    return QSize(width, round((width - GAP) / ASPECT) + CAPTION + GAP)


def thumbnail_rect(cell: QRect) -> QRectF:
    """Where the picture lies in a cell."""
    inner = QRectF(cell).adjusted(GAP / 2, GAP / 2, -GAP / 2, -GAP / 2)
    return QRectF(inner.x(), inner.y(), inner.width(), inner.height() - CAPTION)


def star_at(cell: QRect, point: QPoint) -> bool:
    """Whether the point is on the star of the card in a cell."""
    return badge_rect(thumbnail_rect(cell)).adjusted(-3, -3, 3, 3).contains(point)


class GalleryDelegate(QStyledItemDelegate):
    """Draws cards; `unpictured` names each card that is drawn before its thumbnail has come.

    `cell` is the size of a card, its gap included. `focus_shown` says whether the current card wears the ring of the
    keyboard's focus: a mouse needs none.
    """

    unpictured = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.focus_shown = False
        self.cell = cell_size(120)
        self._covers = Covers()
        self._title_font = font(THEME.size_label, Weight.Medium)
        self._subtitle_font = font(THEME.size_small)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        card: Card | None = index.data(CARD_ROLE)
        if card is None:
            self._paint_add_tile(painter, option)
        else:
            self._paint_card(painter, option, index, card)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.cell

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, card: Card) -> None:
        rect = thumbnail_rect(option.rect)
        image = index.data(THUMBNAIL_ROLE)
        if image is None:
            self.unpictured.emit(card.key)
        in_use: bool = index.data(ACTIVE_ROLE)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._covers.paint(painter, rect, image)
        self._paint_rings(painter, rect, option.state, in_use)
        if index.data(FAVOURITE_ROLE):
            paint_badge(painter, badge_rect(rect), "star-filled", THEME.accent)
        elif hovered:
            paint_badge(painter, badge_rect(rect), "star", THEME.text)
        self._paint_caption(painter, rect, card.title, card.subtitle, THEME.accent_hover if in_use else THEME.text)

    def _paint_caption(self, painter: QPainter, rect: QRectF, title: str, subtitle: str, colour: str) -> None:
        """The painter stands right below the title, be that one line or two. What does not fit is in the tooltip."""
        line = QRectF(rect.x() + 1, rect.bottom() + 6, rect.width() - 2, LINE)
        for text, line_font, line_colour, most in (
            (title, self._title_font, colour, TITLE_LINES),
            (subtitle, self._subtitle_font, THEME.text_faint, 1),
        ):
            painter.setFont(line_font)
            painter.setPen(QColor(line_colour))
            for shown in caption_lines(text, QFontMetrics(line_font), int(line.width()), most):
                painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
                line.translate(0, LINE)
            line.translate(0, 1)

    def _paint_add_tile(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        rect = thumbnail_rect(option.rect)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = self._has_focus(option.state)
        painter.setPen(QPen(QColor(THEME.text_faint if hovered else THEME.line_strong), 1, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(THEME.raised) if hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), THEME.radius, THEME.radius)
        paint_icon(painter, rect.center(), "plus", 20, THEME.text if hovered or focused else THEME.text_muted)
        if focused:
            paint_ring(painter, rect, Ring.FOCUS, 2)
        self._paint_caption(painter, rect, "Add a style", "Any painting or photo", THEME.text if hovered else THEME.text_muted)

    def _has_focus(self, state: QStyle.StateFlag) -> bool:
        return self.focus_shown and bool(state & QStyle.StateFlag.State_HasFocus)

    def _paint_rings(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag, in_use: bool) -> None:
        """The accent ring hugs a style in use; focus and selection go around it, so that both can be seen."""
        if in_use:
            paint_ring(painter, rect, Ring.IN_USE)
        if self._has_focus(state):
            paint_ring(painter, rect, Ring.FOCUS, 3 if in_use else 1.5)
        elif state & QStyle.StateFlag.State_Selected and not in_use:
            paint_ring(painter, rect, Ring.SELECTED, 1.5)
        elif state & QStyle.StateFlag.State_MouseOver and not in_use:
            paint_ring(painter, rect, Ring.HOVER, 1)
