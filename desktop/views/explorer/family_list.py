"""The family tree as rows: thumbnails joined by lines, newest at the top, and the steps in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.state.explorer.pedigree import Part, Relative
from desktop.widgets.theme import THEME, Weight, font

SIDE, ROW, HEAD = 44, 58, 30
STEP = 28
"""How far each branching is indented, up to the deepest that is."""
DEEPEST = 5
LEFT = THEME.space_4
TITLES: dict[Part, str] = {"child": "What came of it", "self": "This picture", "ancestor": "What it came of"}

RELATIVE = Qt.ItemDataRole.UserRole
IMAGE = Qt.ItemDataRole.UserRole + 1
ABSENCE = Qt.ItemDataRole.UserRole + 2
"""Why nobody can go to a picture; empty where one can."""

Index = QModelIndex | QPersistentModelIndex


class FamilyList(QListWidget):
    """A click or Enter goes to a picture, its menu also sends it to the canvas. `set_rows` tells nobody."""

    visited = Signal(str)
    canvas_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Family tree")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setItemDelegate(_Delegate(self))
        self.itemClicked.connect(self._visit)
        self.customContextMenuRequested.connect(self._open_menu)

    @property
    def relatives(self) -> list[Relative]:
        """From top to bottom."""
        found = (self.item(row).data(RELATIVE) for row in range(self.count()))
        return [relative for relative in found if relative is not None]

    def set_rows(self, rows: Sequence[Relative], absence: Callable[[Relative], str] = lambda _row: "") -> None:
        """A title stands above each part that there is. Pictures that are there already stay. Rows of which `absence` says why nobody can
        go there are greyed, and say so."""
        known = {item.data(RELATIVE).id: item.data(IMAGE) for item in map(self.item, range(self.count())) if item.data(RELATIVE)}
        self.clear()
        part: Part | None = None
        for relative in rows:
            if relative.part != part:
                part = relative.part
                self._add_title(TITLES[part])
            item = QListWidgetItem(relative.name)
            item.setData(RELATIVE, relative)
            item.setData(IMAGE, known.get(relative.id))
            why = absence(relative)
            item.setData(ABSENCE, why)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{relative.name}: {why or relative.how}")
            item.setToolTip("\n".join(filter(None, (relative.name, relative.how, why))))
            item.setSizeHint(QSize(0, ROW))
            self.addItem(item)
            if part == "self":
                self.setCurrentItem(item)

    def set_picture(self, id: str, image: QImage) -> None:
        for item in map(self.item, range(self.count())):
            if item.data(RELATIVE) is not None and item.data(RELATIVE).id == id:
                item.setData(IMAGE, image)

    def menu_of(self, relative: Relative) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Go there", lambda: self.visited.emit(relative.id))
        menu.addAction("Send to the canvas", lambda: self.canvas_wanted.emit(relative.id))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._visit(item)
        else:
            super().keyPressEvent(event)

    def _add_title(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(0, HEAD))
        self.addItem(item)

    def _visit(self, item: QListWidgetItem) -> None:
        relative: Relative | None = item.data(RELATIVE)
        if relative is not None and relative.part != "self" and not item.data(ABSENCE):
            self.visited.emit(relative.id)

    def _open_menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is not None and item.data(RELATIVE) is not None and not item.data(ABSENCE):
            self.menu_of(item.data(RELATIVE)).popup(self.viewport().mapToGlobal(at))


@dataclass(frozen=True)
class _Place:
    """Where the parts of a row are."""

    rect: QRectF
    depth: int

    def middle(self, depth: int) -> float:
        """Of the pictures of a depth, from the left."""
        return self.rect.left() + LEFT + min(depth, DEEPEST) * STEP + SIDE / 2

    @property
    def picture(self) -> QRectF:
        return QRectF(self.middle(self.depth) - SIDE / 2, self.rect.top() + (ROW - SIDE) / 2, SIDE, SIDE)


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        relative: Relative | None = index.data(RELATIVE)
        if relative is None:
            painter.setFont(font(THEME.size_small, Weight.DemiBold, tracking=0.07, capitals=True))
            painter.setPen(QColor(THEME.text_muted))
            room = QRectF(option.rect).adjusted(LEFT, THEME.space_2, -LEFT, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, index.data(Qt.ItemDataRole.DisplayRole))
        else:
            place = _Place(QRectF(option.rect), relative.depth)
            self._paint_ground(painter, option, relative, leads=not index.data(ABSENCE))
            self._paint_lines(painter, place, relative)
            self._paint_picture(painter, place.picture, index.data(IMAGE), relative)
            self._paint_words(painter, place, relative, index.data(ABSENCE) or "")
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, relative: Relative, *, leads: bool) -> None:
        ground = QRectF(option.rect).adjusted(THEME.space_2, 2, -THEME.space_2, -2)
        if relative.part == "self":
            colour = THEME.raised
        elif leads and option.state & QStyle.StateFlag.State_MouseOver:
            colour = THEME.hover
        else:
            colour = ""
        painter.setPen(Qt.PenStyle.NoPen)
        if colour:
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(ground, THEME.radius, THEME.radius)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(THEME.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), THEME.radius, THEME.radius)

    @staticmethod
    def _paint_lines(painter: QPainter, place: _Place, relative: Relative) -> None:
        """Down from the picture that it was needed for: straight where it was the only one, else from a trunk beside its parents."""
        painter.setPen(QPen(QColor(THEME.line_strong), 1.5))
        top, bottom, centre = place.rect.top(), place.rect.bottom() + 1, place.picture.center().y()
        for depth in relative.rails:
            if min(depth, DEEPEST) < min(relative.depth, DEEPEST):
                painter.drawLine(QPointF(place.middle(depth), top), QPointF(place.middle(depth), bottom))
        if relative.is_joined and relative.is_branch and relative.depth <= DEEPEST:
            trunk = place.middle(relative.depth - 1)
            painter.drawLine(QPointF(trunk, top), QPointF(trunk, centre))
            painter.drawLine(QPointF(trunk, centre), QPointF(place.picture.left(), centre))
        elif relative.is_joined:
            painter.drawLine(QPointF(place.middle(relative.depth), top), QPointF(place.middle(relative.depth), centre))
        if relative.leads_down:
            painter.drawLine(QPointF(place.middle(relative.depth), centre), QPointF(place.middle(relative.depth), bottom))

    @staticmethod
    def _paint_picture(painter: QPainter, rect: QRectF, image: QImage | None, relative: Relative) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(THEME.pressed))
        painter.drawRect(rect)
        if image is not None and not image.isNull():
            painter.drawImage(rect, image)
        if relative.part == "self":
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(-1, -1, 1, 1))

    @staticmethod
    def _paint_words(painter: QPainter, place: _Place, relative: Relative, why: str) -> None:
        left = place.picture.right() + THEME.space_3
        room = QRectF(left, place.picture.top() + 4, place.rect.right() - left - LEFT, 18)
        for text, words_font, colour in (
            (relative.name, font(weight=Weight.Medium), THEME.text_muted if why else THEME.text),
            (why or relative.how, font(THEME.size_label), THEME.text_muted),
        ):
            painter.setFont(words_font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(words_font).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            room.translate(0, 19)
