"""A named value: its label, the value to type, and the slider to drag, in one compact block."""

from __future__ import annotations

import math
from itertools import count

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from desktop.widgets.slider_track import SliderTrack
from desktop.widgets.theme import THEME, font

KEYBOARD_PAUSE_MS = 700
"""Key presses closer together than this belong to one gesture."""
LOG_POSITIONS = 240
_gestures = count(1)


class ValueEdit(QLineEdit):
    """The value as text. A click selects all of it; Escape takes back what was typed."""

    stepped = Signal(int)
    abandoned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "value")
        self.setFont(font(THEME.size_label, tabular=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setTextMargins(-2, 0, -2, 0)  # Qt's own two pixels, so that the number ends near the bar's end
        self._select_on_release = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._select_on_release = event.reason() == Qt.FocusReason.MouseFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._select_on_release and not self.hasSelectedText():
            self.selectAll()
        self._select_on_release = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        key = Qt.Key(event.key())
        if key in steps:
            self.stepped.emit(steps[key])
        elif key == Qt.Key.Key_Escape and self.isModified():
            self.abandoned.emit()
        else:
            super().keyPressEvent(event)


class ValueSlider(QWidget):
    """A value from `low` to `high` in steps of `step` (all in the value's own unit).

    `changed(value, gesture)` follows every change that a person makes; `gesture` is the same text during one drag, one burst of
    keys or one wheel turn, and new for the next, so that undo can take a gesture back as a whole. `released(value)` ends it.
    `set_value` tells nobody. A double click on the name or the bar restores `default`. `log` spaces the bar by ratios (0 < low);
    `factor` is what the shown number is multiplied with (100 for a share shown in per cent).
    """

    changed = Signal(float, str)
    released = Signal(float)

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        value: float,
        *,
        step: float,
        default: float,
        unit: str = "",
        decimals: int | None = None,
        log: bool = False,
        factor: float = 1.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not (low < high and step > 0 and (low > 0 or not log)):
            raise ValueError(f"{name}: a slider needs low < high and a positive step (got {low}, {high}, {step}); by ratios also low > 0")
        self._low, self._high, self._step, self._default = low, high, step, default
        self._unit, self._log, self._factor = unit, log, factor
        self._decimals = max(0, -math.floor(math.log10(step * factor) + 1e-9)) if decimals is None else decimals
        self._value = self._clamped(value)
        self._gesture = ""
        self._pause = QTimer(self, singleShot=True, interval=KEYBOARD_PAUSE_MS)
        self._pause.timeout.connect(self._end_gesture)
        self._label = QLabel(name)
        self._edit = ValueEdit()
        self._track = SliderTrack(self._steps, self._position(default), self._position(0.0 if low < 0 < high else low))
        self._arrange()
        self._connect()
        self._name_for_screen_readers(name)
        self._show_value()

    @property
    def value(self) -> float:
        return self._value

    @property
    def name(self) -> str:
        return self._label.text()

    def set_value(self, value: float) -> None:
        """Show `value`, clamped to the range. Ignored while a person holds the handle."""
        if not self._track.isSliderDown():
            self._value = self._clamped(value)
            self._show_value()

    def hide_name(self) -> None:
        """One line: bar and value, for where the name stands already. Screen readers are told it all the same."""
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        self._label.hide()
        grid.addWidget(self._track, 0, 0)

    @property
    def value_width(self) -> int:
        """What the number takes of a slider without its name, at the right of the bar, in pixels."""
        return self._edit.width() + THEME.space_2

    def reset(self) -> None:
        """Back to the default, as a gesture of its own."""
        self._end_gesture()
        self._change(self._default)
        self._end_gesture()

    def _arrange(self) -> None:
        self._label.setFont(font(THEME.size_label))
        self._label.setBuddy(self._track)
        self._label.setMinimumWidth(24)
        texts = (self._text(self._low), self._text(self._high))
        self._edit.setFixedWidth(max(self._edit.fontMetrics().horizontalAdvance(text) for text in texts) + 12)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(THEME.space_2)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self._edit, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._track, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self.setFocusProxy(self._track)

    def _connect(self) -> None:
        self._label.installEventFilter(self)
        self._track.valueChanged.connect(self._moved)
        self._track.sliderPressed.connect(self._begin_drag)
        self._track.sliderReleased.connect(self._end_gesture)
        self._track.reset_requested.connect(self.reset)
        self._edit.editingFinished.connect(self._typed)
        self._edit.stepped.connect(lambda steps: self._track.setValue(self._track.value() + steps))
        self._edit.abandoned.connect(self._show_value)

    def _name_for_screen_readers(self, name: str) -> None:
        described = f"{self._text(self._low)} to {self._text(self._high)}, usually {self._text(self._default)}"
        self.setAccessibleName(name)
        self._track.setAccessibleName(name)
        self._track.setAccessibleDescription(described)
        self._edit.setAccessibleName(f"{name}, value")
        self._edit.setAccessibleDescription(described)
        self._label.setToolTip("Double-click for the usual value")

    @property
    def _steps(self) -> int:
        return LOG_POSITIONS if self._log else max(1, round((self._high - self._low) / self._step))

    def _position(self, value: float) -> int:
        if self._log:
            share = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            share = (value - self._low) / (self._high - self._low)
        return round(share * self._steps)

    def _value_at(self, position: int) -> float:
        share = position / self._steps
        value = self._low * (self._high / self._low) ** share if self._log else self._low + share * (self._high - self._low)
        return self._clamped(round(value / self._step) * self._step)

    def _clamped(self, value: float) -> float:
        # Rounded so that 3 × 0.1 is 0.3 in documents and signals too.
        return round(min(self._high, max(self._low, value)), 9)

    def _text(self, value: float) -> str:
        number = f"{value * self._factor:.{self._decimals}f}"
        gap = "" if self._unit in ("", "%", "×", "°") else "\N{NO-BREAK SPACE}"
        return f"{number}{gap}{self._unit}".replace("-", "\N{MINUS SIGN}")

    def _show_value(self) -> None:
        self._edit.setText(self._text(self._value))
        self._track.blockSignals(True)
        self._track.setValue(self._position(self._value))
        self._track.blockSignals(False)
        self._track.update()

    def _moved(self, position: int) -> None:
        if not self._track.isSliderDown():
            self._pause.start()
        self._change(self._value_at(position))

    def _change(self, value: float) -> None:
        if value == self._value:
            return
        self._gesture = self._gesture or f"slider-{next(_gestures)}"
        self._value = self._clamped(value)
        self._show_value()
        self.changed.emit(self._value, self._gesture)

    def _begin_drag(self) -> None:
        self._end_gesture()

    def _end_gesture(self) -> None:
        self._pause.stop()
        if self._gesture:
            self._gesture = ""
            self.released.emit(self._value)

    def _typed(self) -> None:
        if not self._edit.isModified():
            return
        try:
            number = float(self._edit.text().replace("\N{MINUS SIGN}", "-").replace(",", ".").replace(self._unit, "").strip() or "nan")
        except ValueError:
            number = math.nan
        self._end_gesture()
        if math.isfinite(number):
            self._change(self._clamped(number / self._factor))
        self._end_gesture()
        self._show_value()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._label and event.type() == QEvent.Type.MouseButtonDblClick:
            self.reset()
            return True
        return super().eventFilter(watched, event)
