"""The effects rack: the generator's features bent on their way to the picture, one effect after the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.state.explorer.bending import Effect
from desktop.views.explorer.effect_row import LOOKS, EffectRow
from desktop.views.training.parts import Column, level_line
from desktop.widgets.controls import Caption, EmptyState, LinkButton, Switch, push_button
from desktop.widgets.theme import THEME

FULL = "The rack is full: remove an effect to add another."
ORDER = "From top to bottom: each effect of a level works on what the one above has made of it."


class BendPage(QWidget):
    """Effects are known by their place. `set_…` tells nobody; the signals are the artist's hand."""

    added = Signal(object)
    """The kind of bend."""
    removed = Signal(int)
    shifted = Signal(int, int)
    switched = Signal(int, bool)
    all_switched = Signal(bool)
    side_chosen = Signal(int, int)
    amount_changed = Signal(int, float)
    channels_changed = Signal(int, float)
    others_wanted = Signal(int)
    reset_wanted = Signal()
    restore_wanted = Signal()
    rested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[EffectRow] = []
        self.add = push_button("Add an effect", icon_name="plus")
        self.add.clicked.connect(self._open_menu)
        self.all = Switch("Effects on")
        self.all.setToolTip("Compare the picture with its effects and without")
        self.all.clicked.connect(self.all_switched)
        self.reset = LinkButton("Remove all")
        self.reset.clicked.connect(self.reset_wanted)
        self.restore = LinkButton("Bring back the effects that were removed")
        self.restore.clicked.connect(self.restore_wanted)
        self.words = Caption(ORDER, wrap=True)
        teach = "Turn, blur or break the forms on their way to the picture. The generator itself stays as it is."
        self.empty = EmptyState("explore", "The rack is empty", teach, "Add an effect")
        self.empty.activated.connect(self._open_menu)
        self.unbendable = EmptyState("explore", "This generator cannot be bent", "Only style-based generators have levels to bend.")
        self._list = QVBoxLayout()
        self._pages = QStackedWidget()
        self._arrange()

    def set_rack(
        self, effects: Sequence[Effect], levels: Sequence[tuple[int, str]], *, is_on: bool, is_full: bool, can_restore: bool
    ) -> None:
        """Show these effects, the first at the top; rows that stay keep the hand that is on them."""
        for place, effect in enumerate(effects):
            if place < len(self.rows) and self.rows[place].kind != effect.bend.kind:
                self._drop(place)
                self._insert(place, effect)
            elif place == len(self.rows):
                self._insert(place, effect)
            self.rows[place].set_levels(levels)
            self.rows[place].set_effect(effect, first=place == 0, last=place == len(effects) - 1)
        while len(self.rows) > len(effects):
            self._drop(len(self.rows) - 1)
        self.all.setChecked(is_on)
        self.add.setEnabled(not is_full)
        self.words.setText(FULL if is_full else ORDER)
        self.restore.setVisible(can_restore)
        self._pages.setCurrentIndex(2 if not levels else 0 if effects else 1)

    def menu(self) -> QMenu:
        """The effects to choose from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for kind, look in LOOKS.items():
            action = menu.addAction(look.name)
            action.setToolTip(look.tip)
            action.triggered.connect(lambda _, kind=kind: self.added.emit(kind))
        return menu

    def _open_menu(self) -> None:
        at = self.add if self.add.isVisible() else self.empty
        self.menu().popup(at.mapToGlobal(at.rect().bottomLeft() if at is self.add else at.rect().center()))

    def _insert(self, place: int, effect: Effect) -> None:
        row = EffectRow(effect.bend.kind)
        row.switched.connect(lambda on: self.switched.emit(self.rows.index(row), on))
        row.shifted.connect(lambda by: self.shifted.emit(self.rows.index(row), by))
        row.removed.connect(lambda: self.removed.emit(self.rows.index(row)))
        row.side_chosen.connect(lambda side: self.side_chosen.emit(self.rows.index(row), side))
        row.amount_changed.connect(lambda amount: self.amount_changed.emit(self.rows.index(row), amount))
        row.channels_changed.connect(lambda share: self.channels_changed.emit(self.rows.index(row), share))
        row.others_wanted.connect(lambda: self.others_wanted.emit(self.rows.index(row)))
        row.rested.connect(self.rested)
        self.rows.insert(place, row)
        self._list.insertWidget(place, row)

    def _drop(self, place: int) -> None:
        row = self.rows.pop(place)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(THEME.space_4, 0, THEME.space_4, THEME.space_3)
        head.setSpacing(THEME.space_3)
        head.addWidget(self.add)
        head.addStretch(1)
        head.addWidget(self.reset)
        head.addWidget(self.all)
        rows = QWidget()
        rows.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        foot = QWidget()
        foot_column = QVBoxLayout(foot)
        foot_column.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        foot_column.addWidget(self.words)
        rack = QWidget()
        column = QVBoxLayout(rack)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(level_line())
        column.addWidget(Column(rows, foot), 1)
        nothing = QWidget()
        middle = QVBoxLayout(nothing)
        middle.addStretch(1)
        middle.addWidget(self.empty)
        middle.addWidget(self.restore, alignment=Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        for page in (rack, nothing, self.unbendable):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)
