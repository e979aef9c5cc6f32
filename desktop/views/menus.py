"""Menus, tool bar buttons and the page of shortcuts, made from the command table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QMenu, QMenuBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.actions import COMMANDS, MENUS, RECENT, SEPARATOR
from desktop.widgets.buttons import with_keys
from desktop.widgets.controls import Caption, Heading
from desktop.widgets.icons import GRID, icon
from desktop.widgets.theme import THEME, Weight, font

HAND: tuple[tuple[str, str], ...] = (
    ("Space + drag", "Move the picture"),
    ("Wheel", "Zoom at the pointer"),
    ("Double click", "Actual size, or fit again"),
    ("Shift + click a style", "Mix it in"),
    ("Shift + drag the map", "Draw a path for the journey"),
)
"""What the mouse does, for the page of shortcuts."""

KEYS_WIDTH = 140

Actions = Mapping[str, QAction]


def make_actions(owner: QWidget) -> dict[str, QAction]:
    """A `QAction` for each command that a trigger runs, by id; they belong to `owner`, where their shortcuts work."""
    made: dict[str, QAction] = {}
    for row in COMMANDS:
        if row.hold:
            continue
        action = QAction(row.text, owner)
        action.setObjectName(row.id)
        action.setCheckable(row.checkable)
        action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
        action.setToolTip(with_keys(row.tip or row.text.rstrip("…"), action.shortcut()))
        if row.icon:
            action.setIcon(icon(row.icon))
        if row.id in ("quit", "about"):
            action.setMenuRole(QAction.MenuRole.QuitRole if row.id == "quit" else QAction.MenuRole.AboutRole)
        owner.addAction(action)
        made[row.id] = action
    return made


def fill_menus(bar: QMenuBar, actions: Actions) -> QMenu:
    """Fill the menu bar; returns the submenu of recent files, empty."""
    recent = QMenu("Open recent", bar)
    recent.setIcon(icon("history"))
    for menu in MENUS:
        made = bar.addMenu(menu.title)
        for row in menu.rows:
            if row == SEPARATOR:
                made.addSeparator()
            elif row == RECENT:
                made.addMenu(recent)
            else:
                made.addAction(actions[row])
    return recent


def fill_recent(menu: QMenu, files: Sequence[str], open_file: Callable[[Path], None]) -> None:
    menu.clear()
    menu.setEnabled(bool(files))
    for file in map(Path, files):
        action = menu.addAction(file.name)
        action.setToolTip(str(file))
        action.triggered.connect(lambda _=False, file=file: open_file(file))


def tool_button(action: QAction) -> QToolButton:
    """A tool bar button that follows the action: enabled, checked, triggered."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAccessibleName(action.text().rstrip("…"))
    button.setIconSize(QSize(GRID, GRID))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAutoRaise(True)
    return button


class ShortcutsPage(QDialog):
    """Every command with its keys; not modal, so that it can stay open while the artist tries them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_4, THEME.space_5, THEME.space_5)
        column.setSpacing(THEME.space_2)
        column.addWidget(Heading("Keys"))
        keyed = [(_keys(row.shortcuts), row.text.rstrip("…")) for row in COMMANDS if row.shortcuts]
        column.addLayout(_table(keyed))
        column.addSpacing(THEME.space_3)
        column.addWidget(Heading("Hand"))
        column.addLayout(_table(HAND))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


def _keys(shortcuts: Sequence[str]) -> str:
    return "  or  ".join(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) for keys in shortcuts)


def _table(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(THEME.space_5)
    grid.setVerticalSpacing(THEME.space_1)
    grid.setColumnMinimumWidth(0, KEYS_WIDTH)
    grid.setColumnStretch(3, 1)
    columns = 2 if len(rows) > 8 else 1
    height = -(-len(rows) // columns)
    for place, (keys, text) in enumerate(rows):
        name = QLabel(keys)
        name.setFont(font(THEME.size_label, Weight.Medium))
        column = 2 * (place // height)
        grid.addWidget(name, place % height, column)
        grid.addWidget(Caption(text), place % height, column + 1)
    return grid
