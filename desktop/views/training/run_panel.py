"""How far a run is, and what can be done with it: pause, go on, and three ways to stop."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QProgressBar, QVBoxLayout, QWidget

from desktop.state.training.plan import MINUTES, USUAL_MINUTES
from desktop.state.training.run import AT_REST, Phase, TrainingRun
from desktop.views.jobs_bar import time_left
from desktop.views.training.choices import combo, minutes_in_words
from desktop.views.training.parts import BackLink, Title
from desktop.widgets.controls import Caption, LinkButton, push_button
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, Weight, font
from engine.api.events import Progress

WORDS: dict[Phase, str] = {
    "idle": "Stopped",
    "preparing": "Getting ready",
    "running": "Training",
    "pausing": "Pausing: what has been learnt is saved",
    "finishing": "Making the model",
    "paused": "Paused and saved",
    "finished": "Finished",
}
STEPS = 1000


@dataclass(frozen=True)
class RunState:
    """What the panel shows. `sitting` are seconds of this sitting, `budget` its minutes; None: until it is stopped."""

    phase: Phase
    name: str
    about: str
    seen: int
    pace: float | None
    seconds: float
    sitting: float
    budget: float | None
    stage: Progress | None
    trouble: str
    can_finish: bool
    finishes_at_checkpoint: bool
    is_kept: bool = False
    """Whether a pause loses nothing."""
    ending: str = ""
    """How original the finished model is."""

    @classmethod
    def of(cls, run: TrainingRun) -> RunState:
        course = run.course
        return cls(
            phase=run.phase,
            name=run.name,
            about=run.about,
            seen=course.seen,
            pace=course.pace,
            seconds=course.seconds,
            sitting=course.sitting_seconds,
            budget=run.minutes,
            stage=run.stage,
            trouble=run.trouble,
            can_finish=run.can_finish,
            finishes_at_checkpoint=run.finishes_at_checkpoint,
            is_kept=course.saved,
            ending=run.ending,
        )


class RunPanel(QWidget):
    """`set_state` tells nobody; the signals are the artist's hand."""

    pause_wanted = Signal()
    go_on_wanted = Signal(object)
    """With the minutes, None: until it is stopped."""
    finish_wanted = Signal()
    finish_later_wanted = Signal()
    carry_on_wanted = Signal()
    use_wanted = Signal()
    delete_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = BackLink("All trainings")
        self.title = Title(size=THEME.size_display)
        self.about = Caption(wrap=True)
        self.phase = QLabel()
        self.phase.setFont(font(weight=Weight.Medium))
        self.phase.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        self.figures = _Figures()
        self.trouble = QLabel()
        self.trouble.setProperty("role", "error")
        self.trouble.setWordWrap(True)
        self.ending = Caption(wrap=True)
        self.pause = push_button("Pause", icon_name="pause")
        self.stop = push_button("Stop…", icon_name="stop")
        self.give_up = push_button("Stop", icon_name="stop")
        self.later = Caption("It stops and makes the model when the next checkpoint is written, within three minutes.", wrap=True)
        self.carry_on = LinkButton("Carry on instead")
        self.minutes = combo("Go on for")
        for minutes in MINUTES:
            self.minutes.addItem(minutes_in_words(minutes), minutes)
        self.minutes.setCurrentIndex(MINUTES.index(USUAL_MINUTES))
        self.go_on = push_button("Go on", "primary", icon_name="play")
        self.make = push_button("Make the model")
        self.use = push_button("Use this model", "primary", icon_name="explore")
        self.delete = LinkButton("Delete this training…")
        self._stop_menu()
        self._arrange()
        self._connect()

    def set_state(self, state: RunState) -> None:
        self.title.setText(state.name)
        self.about.setText(state.about)
        words = WORDS[state.phase]
        if state.stage is not None and state.phase in ("preparing", "finishing"):
            words = state.stage.stage[:1].upper() + state.stage.stage[1:]
        self.phase.setText(words)
        self._show_bar(state)
        self.figures.set_state(state)
        for label, text in ((self.trouble, state.trouble), (self.ending, state.ending if state.phase == "finished" else "")):
            label.setText(text)
            label.setVisible(bool(text))
        self._show_buttons(state)

    def _show_bar(self, state: RunState) -> None:
        busy = state.phase in ("preparing", "pausing", "finishing")
        share: float | None = None
        if state.phase == "preparing" and state.stage is not None and state.stage.total:
            share = state.stage.fraction
        elif not busy and state.budget:
            share = min(1.0, state.sitting / (60 * state.budget))
        self.bar.setVisible(busy or (share is not None and state.phase == "running"))
        self.bar.setRange(0, 0 if share is None else STEPS)
        self.bar.setValue(round(STEPS * (share or 0)))

    def _show_buttons(self, state: RunState) -> None:
        at_work = state.phase in ("preparing", "running")
        self.pause.setVisible(at_work)
        self.pause.setEnabled(state.is_kept)
        self.pause.setToolTip("Save, and go on whenever you like" if state.is_kept else "Nothing has been learnt yet that could be saved")
        self.give_up.setVisible(at_work and not state.is_kept)
        self.stop.setVisible(at_work and state.can_finish)
        for part in (self.later, self.carry_on):
            part.setVisible(state.finishes_at_checkpoint)
        for widget in (self.minutes, self.go_on, self.delete):
            widget.setVisible(state.phase in AT_REST)
        finished = state.phase == "finished"
        self.make.setVisible(state.phase == "paused")
        self.use.setVisible(finished)
        kind = "secondary" if finished else "primary"
        if self.go_on.property("kind") != kind:
            self.go_on.setProperty("kind", kind)
            self.go_on.setIcon(icon("play", colour=None if finished else THEME.on_accent))
            self.go_on.style().polish(self.go_on)

    def _stop_menu(self) -> None:
        menu = QMenu(self.stop)
        menu.setToolTipsVisible(True)
        choices = (
            (
                "Now, and make the model",
                "stop",
                self.finish_wanted,
                "What has been learnt becomes a model",
            ),
            ("After the next checkpoint", "save", self.finish_later_wanted, "Goes on for up to three minutes, then makes the model"),
            ("Pause, and go on later", "pause", self.pause_wanted, "Saved; no model is made"),
        )
        for text, icon_name, signal, tip in choices:
            action = menu.addAction(icon(icon_name), text)
            action.setToolTip(tip)
            action.triggered.connect(lambda _=False, signal=signal: signal.emit())
        self.stop.setMenu(menu)
        self.stop.setToolTip("Stop now, after the next checkpoint, or pause")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_4)
        column.setSpacing(THEME.space_2)
        column.addWidget(self.back)
        column.addSpacing(THEME.space_2)
        upper: tuple[QWidget, ...] = (self.title, self.about)
        middle: tuple[QWidget, ...] = (self.phase, self.bar, self.figures, self.trouble, self.ending)
        for part in upper:
            column.addWidget(part)
        column.addSpacing(THEME.space_4)
        for part in middle:
            column.addWidget(part)
        column.addStretch(1)
        for part in (self.later, self.carry_on, self.pause, self.give_up, self.stop, self.use, self.minutes, self.go_on, self.make):
            column.addWidget(part)
        column.addWidget(self.delete, alignment=Qt.AlignmentFlag.AlignHCenter)

    def _connect(self) -> None:
        self.back.clicked.connect(self.back_wanted)
        self.pause.clicked.connect(self.pause_wanted)
        self.give_up.clicked.connect(self.pause_wanted)
        self.give_up.setToolTip("Nothing has been learnt yet: nothing is kept")
        self.carry_on.clicked.connect(self.carry_on_wanted)
        self.go_on.clicked.connect(lambda _: self.go_on_wanted.emit(self.minutes.currentData()))
        self.go_on.setToolTip("Exactly from where it was")
        self.make.clicked.connect(self.finish_wanted)
        self.make.setToolTip("What has been learnt so far becomes a model; the training can still go on later")
        self.use.clicked.connect(self.use_wanted)
        self.use.setToolTip("Explore what it has learnt")
        self.delete.clicked.connect(self.delete_wanted)
        self.delete.setToolTip("Free the room that it takes on the disk; a model that was made of it stays")


class _Figures(QWidget):
    """Names and values in two columns."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, THEME.space_2, 0, THEME.space_2)
        grid.setHorizontalSpacing(THEME.space_3)
        grid.setVerticalSpacing(THEME.space_1)
        grid.setColumnStretch(1, 1)
        self._values: list[QLabel] = []
        for row, name in enumerate(("Pictures seen", "Speed", "Trained for", "Time left")):
            value = QLabel("–")
            value.setFont(font(THEME.size_label, Weight.Medium, tabular=True))
            value.setAccessibleName(name)
            grid.addWidget(Caption(name), row, 0)
            grid.addWidget(value, row, 1)
            self._values.append(value)

    def set_state(self, state: RunState) -> None:
        running = state.phase == "running"
        left = "–"
        if running and state.budget is None:
            left = "until you stop it"
        elif running and state.budget is not None:
            left = time_left(max(0.0, 60 * state.budget - state.sitting)).removesuffix(" left")
        pace = f"{state.pace:.{1 if state.pace < 10 else 0}f} pictures a second" if running and state.pace else "–"
        for label, text in zip(self._values, (f"{state.seen:,}", pace, _duration(state.seconds), left), strict=True):
            if label.text() != text:
                label.setText(text)
                label.setAccessibleDescription(text)


def _duration(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
