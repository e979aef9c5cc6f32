"""The stylesheet, made from the theme's tokens. Fonts are not set here (see `theme`); focus is a ring in the accent colour."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from desktop.widgets.theme import Theme

BUTTONS = """
QPushButton {
    background: $raised; color: $text; border: 1px solid $line_strong; border-radius: ${radius}px; padding: 5px 14px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $pressed; }
QPushButton:disabled { color: $text_disabled; border-color: $line; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 13px; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[kind="primary"]:disabled { background: $hover; color: $text_disabled; border-color: $hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; padding: 4px 13px; }
QPushButton[kind="ghost"] { background: transparent; border: 1px solid transparent; color: $text_muted; }
QPushButton[kind="ghost"]:hover { background: $hover; color: $text; }
QPushButton[kind="ghost"]:pressed { background: $pressed; }
QPushButton[kind="ghost"]:disabled { color: $text_disabled; }
QPushButton[kind="ghost"]:focus { border: 2px solid $accent; padding: 4px 13px; }
QPushButton[kind="segment"] { background: transparent; border: 1px solid transparent; color: $text_muted; padding: 3px 10px; }
QPushButton[kind="segment"]:hover { color: $text; }
QPushButton[kind="segment"]:checked { background: $pressed; color: $text; }
QPushButton[kind="segment"]:disabled { color: $text_disabled; }
QPushButton[kind="segment"]:focus { border: 1px solid $accent; padding: 3px 10px; }
QPushButton[kind="link"] {
    background: transparent; border: 1px solid transparent; border-radius: ${radius_small}px; color: $accent; padding: 1px 3px;
}
QPushButton[kind="link"]:hover { color: $accent_hover; text-decoration: underline; }
QPushButton[kind="link"]:disabled { color: $text_disabled; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; }

QToolButton { background: transparent; color: $text_muted; border: 2px solid transparent; border-radius: ${radius}px; padding: 3px; }
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $raised; color: $text; }
QToolButton:checked:hover { background: $hover; }
QToolButton:disabled { color: $text_disabled; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }
"""

FIELDS = """
QLineEdit, QAbstractSpinBox, QComboBox {
    background: $raised; color: $text; border: 1px solid $line_strong; border-radius: ${radius}px; padding: 4px 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $text_disabled; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border: 2px solid $accent; padding: 3px 7px;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $text_disabled; border-color: $line; }
QLineEdit[kind="value"] {
    background: transparent; border: 1px solid transparent; border-radius: ${radius_small}px; padding: 1px 2px; color: $text;
}
QLineEdit[kind="value"]:hover { background: $raised; border-color: $line_strong; }
QLineEdit[kind="value"]:focus { background: $raised; border: 1px solid $accent; padding: 1px 2px; }
QLineEdit[kind="value"]:disabled { color: $text_disabled; }
QComboBox { padding-right: 24px; min-height: 18px; combobox-popup: 0; }
QComboBox:focus { padding-right: 23px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(icons:chevron-down.svg); width: 14px; height: 14px; }
QComboBox QAbstractItemView {
    background: $floating; border: 1px solid $line_strong; border-radius: ${radius}px; padding: 4px; outline: none;
    selection-background-color: $pressed; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 8px; border-radius: ${radius_small}px; }
QAbstractSpinBox { min-height: 18px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {
    border: none; padding: 0 0 0 6px; background: transparent;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
"""

SURFACES = """
QMainWindow, QDialog { background: $panel; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QFrame[role="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QLabel { color: $text; background: transparent; }
QLabel:disabled { color: $text_disabled; }
QLabel[role="heading"] { color: $text_faint; }
QLabel[role="caption"] { color: $text_muted; }
QWidget[role="segments"] { background: $raised; border: 1px solid $line; border-radius: ${radius}px; }
QLabel[role="error"] { color: $danger; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $pressed; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $text_disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar {
    background: $pressed; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; text-align: center; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }
"""

LISTS_AND_MENUS = """
QMenuBar { background: $panel; color: $text_muted; padding: 2px 6px; }
QMenuBar::item { background: transparent; padding: 5px 10px; border-radius: ${radius_small}px; }
QMenuBar::item:selected { background: $hover; color: $text; }
QMenuBar::item:pressed { background: $pressed; color: $text; }
QMenu { background: $floating; color: $text; border: 1px solid $line_strong; padding: 6px; }
QMenu::item { padding: 6px 20px 6px 12px; border-radius: ${radius_small}px; }
QMenu::item:selected { background: $pressed; }
QMenu::item:disabled { color: $text_disabled; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 6px 4px; }
QMenu::right-arrow { image: url(icons:chevron-right.svg); width: 12px; height: 12px; margin-right: 6px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 6px; }
QMenu::indicator:checked { image: url(icons:check.svg); }
QToolTip { background: $floating; color: $text; border: 1px solid $line_strong; padding: 4px 7px; }
QListView, QTreeView { background: transparent; border: 1px solid transparent; outline: none; color: $text; }
QListView::item { border: 2px solid transparent; border-radius: ${radius}px; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $pressed; color: $text; }
QListView::item:focus { border-color: $accent; }
QListView::indicator { width: 13px; height: 13px; background: $raised; border: 1px solid $text_faint; border-radius: 3px; }
QListView::indicator:hover { border-color: $text; }
QListView::indicator:checked { image: url(icons:check.svg); }
"""


def stylesheet(theme: Theme) -> str:
    """Qt's stylesheet for `theme`. Pictures are looked up under the search path `icons:`, which `theme.apply` sets."""
    return Template(BUTTONS + FIELDS + SURFACES + LISTS_AND_MENUS).substitute(asdict(theme))
