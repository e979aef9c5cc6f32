"""The menu bar: it underlines the menus' keys while the keyboard is in it (after Alt), and is quiet otherwise."""

from __future__ import annotations

from PySide6.QtWidgets import QMenuBar, QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget


class _QuietKeys(QProxyStyle):
    """Fusion underlines them always. Only the bar has this style: Qt asks a style so often that in Python it costs time."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_UnderlineShortcut:
            return int(widget is not None and widget.hasFocus())
        return super().styleHint(hint, option, widget, returnData)


class MenuBar(QMenuBar):
    """A menu bar in the studio's look."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiet = _QuietKeys("Fusion")  # a widget does not own its style
        self._quiet.setParent(self)
        self.setStyle(self._quiet)
