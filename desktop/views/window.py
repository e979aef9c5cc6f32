"""The studio's window: settings on the left, the canvas in the middle, styles and layers on the right, what is done below. The Train
and the Explore workspace can take the place of all these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.actions import NEED_EXPLORER, NEED_PICTURE, NEED_PROOF, NEED_STUDIO, SEPARATOR, SPACES, TOOLBAR, UNBOOKMARK, command
from desktop.state.settings import WindowShape
from desktop.views.banner import Banners
from desktop.views.canvas import Canvas
from desktop.views.gallery import Gallery
from desktop.views.inspector import Inspector
from desktop.views.jobs_bar import JobsBar
from desktop.views.layers import Layers
from desktop.views.made_file import MadeFile
from desktop.views.menus import fill_menus, make_actions, tool_button
from desktop.views.results import Results
from desktop.views.training_pill import TrainingPill
from desktop.views.window_keys import WindowKeys
from desktop.widgets.buttons import push_button, with_keys
from desktop.widgets.controls import Caption, ElidedLabel
from desktop.widgets.icons import app_icon
from desktop.widgets.menu_bar import MenuBar
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME, Weight, font

if TYPE_CHECKING:
    from desktop.views.explorer.space import ExplorerSpace
    from desktop.views.training.space import TrainingSpace

FIRST_SIZE = QSize(1440, 900)
SMALLEST = QSize(1000, 640)
LEFT_WIDTH, RIGHT_WIDTH, LAYERS_HEIGHT = 248, 316, 240
HEADER_HEIGHT, STATUS_HEIGHT = 44, 30
SAID_MS, FILE_MS = 10_000, 60_000
"""Long enough to read a sentence and look back at it."""
STATUS_WIDTH = 240
"""At the least: a job with a long name gives way before what was just said."""


class Window(QMainWindow):
    """The parts of the window and where they stand; it does nothing of its own accord.

    `close_requested` asks whether the window may close (`allow_close` lets it); `painted` is sent once, when all
    of it has been painted for the first time.
    """

    close_requested = Signal()
    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Sfumato")
        self.setMinimumSize(SMALLEST)
        self._may_close = False
        self._was_painted = False
        self._has_picture = False
        self._is_proofed = False
        self._can_undo = {"undo": False, "redo": False}
        self.actions_by_id = make_actions(self)
        self._spaces = QActionGroup(self)
        for id in SPACES:
            self._spaces.addAction(self.actions_by_id[id])
        self.actions_by_id[SPACES[0]].setChecked(True)
        self.stack = QStackedWidget()
        self.training: TrainingSpace | None = None
        """The Train workspace, once the artist has been there."""
        self.explorer: ExplorerSpace | None = None
        """The Explore workspace, likewise."""
        self.canvas = Canvas()
        self.inspector = Inspector()
        self.gallery = Gallery()
        self.layers = Layers()
        self.results = Results()
        self.jobs_bar = JobsBar()
        self.banners = Banners(self.canvas)
        self.document_name = ElidedLabel()
        self.status = ElidedLabel(role="caption")
        self.made_file = MadeFile()
        self.picture_facts = Caption(tabular=True)
        self.engine_facts = Caption()
        self._said = QTimer(self, singleShot=True)
        self._said.timeout.connect(self._fall_silent)
        self.training_pill = TrainingPill()
        self.tools = QWidget()
        self.space_switch = Segments("Workspace", [(id, self.actions_by_id[id].text()) for id in SPACES])
        self.menu_bar = MenuBar()
        self.recent_menu = fill_menus(self.menu_bar, self.actions_by_id)
        self.splitters = self._arrange()
        WindowKeys(self, self.canvas)
        self.set_document("", dirty=False, has_picture=False)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_document(self, name: str, *, dirty: bool, has_picture: bool) -> None:
        """Tell the document's name; `has_picture` says whether there is anything to save, export or look at."""
        self.setWindowModified(dirty)
        self.setWindowTitle(f"{name}[*] – Sfumato" if name else "Sfumato[*]")
        self.document_name.setText(f"{name}{' •' if dirty else ''}")
        self.document_name.setAccessibleName(f"{name}, {'not saved' if dirty else 'saved'}" if name else "No document")
        self._has_picture = has_picture
        self._enable_commands()

    def set_undo(self, undo: str, redo: str) -> None:
        """What undo and redo would do; empty: nothing."""
        for id, word, label in (("undo", "Undo", undo), ("redo", "Redo", redo)):
            self._can_undo[id] = bool(label)
            self.actions_by_id[id].setText(f"{word} {label}".rstrip())
        self._enable_commands()

    def set_proof(self, on: bool, marks: bool) -> None:
        """Whether the canvas is in a printer's colours, and what cannot be printed marked; without a proof there are no marks."""
        self._is_proofed = on
        self.actions_by_id["soft-proof"].setChecked(on)
        self.actions_by_id["gamut-warning"].setChecked(on and marks)
        self._enable_commands()

    def say(self, sentence: str) -> None:
        """Tell something in the last line; after some seconds it goes, so that nothing old stands beside what is done since."""
        self.status.setText(sentence)
        self._said.start(SAID_MS)

    def show_file(self, file: Path | None) -> None:
        """What was said last is about this file: the way to it is there for longer, for a hand that comes back from something else."""
        self.made_file.set_file(file)
        if file is not None:
            self._said.start(FILE_MS)

    def _fall_silent(self) -> None:
        self.status.setText("")
        self.made_file.set_file(None)

    def set_bookmarked(self, on: bool) -> None:
        """Whether the live picture is bookmarked: then the command takes the bookmark away."""
        action, row = self.actions_by_id["bookmark"], command("bookmark")
        text, tip = UNBOOKMARK if on else (row.text, row.tip)
        action.setText(text)
        action.setToolTip(with_keys(tip, action.shortcut()))

    def add_training(self, space: TrainingSpace) -> None:
        """Take the Train workspace in, beside the studio."""
        self.training = space
        self.stack.addWidget(space)

    def add_explorer(self, space: ExplorerSpace) -> None:
        """Take the Explore workspace in."""
        self.explorer = space
        self.stack.addWidget(space)

    @property
    def in_training(self) -> bool:
        """Whether the Train workspace is in front."""
        return self.training is not None and self.stack.currentWidget() is self.training

    @property
    def in_explorer(self) -> bool:
        """Whether the Explore workspace is in front."""
        return self.explorer is not None and self.stack.currentWidget() is self.explorer

    def show_space(self, id: str) -> None:
        """Bring a workspace to the front; its command says which. One beside the studio must have been added."""
        beside = {SPACES[1]: self.training, SPACES[2]: self.explorer}.get(id)
        if self.stack.currentWidget() is not (beside or self.stack.widget(0)):
            self.status.setText("")  # it was said of what was in front
            self.made_file.set_file(None)
        self.stack.setCurrentIndex(0 if beside is None else self.stack.indexOf(beside))
        self.actions_by_id[id].setChecked(True)
        self.space_switch.set_value(id)
        self.banners.settle()
        self.banners.move_to(beside or self.canvas, None if self.explorer is None or beside is not self.explorer else self.explorer.stage)
        for part in (self.tools, self.document_name, self.picture_facts):
            part.setVisible(beside is None)
        self._enable_commands()

    def _enable_commands(self) -> None:
        in_studio = not self.in_training and not self.in_explorer
        for id in NEED_STUDIO:
            possible = self._can_undo.get(id, self._has_picture or id not in NEED_PICTURE)
            if id in NEED_PROOF:
                possible = self._has_picture and self._is_proofed
            self.actions_by_id[id].setEnabled(possible and in_studio)
        for id in NEED_EXPLORER:
            self.actions_by_id[id].setEnabled(self.in_explorer)

    def restore_shape(self, shape: WindowShape) -> None:
        """Stand as in the last sitting, if the screen still has room for it."""
        if not self.restoreGeometry(QByteArray.fromHex(QByteArray(shape.geometry.encode()))):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(FIRST_SIZE.boundedTo(screen).expandedTo(SMALLEST))
        for name, splitter in self.splitters.items():
            sizes = shape.splitters.get(name, [])
            if len(sizes) == splitter.count() and all(sizes):
                splitter.setSizes(sizes)

    def shape(self) -> WindowShape:
        """How the window stands now, for the next sitting."""
        geometry = bytes(self.saveGeometry().toHex().data()).decode()
        return WindowShape(geometry, {name: splitter.sizes() for name, splitter in self.splitters.items()})

    def come_to_front(self) -> None:
        """Be seen: also from among the minimised, where the system allows it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def allow_close(self) -> None:
        """Close, without asking again."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self._after_first_paint)  # the parts are painted after this one

    def _after_first_paint(self) -> None:
        self.painted.emit()
        self.setWindowIcon(app_icon())  # rich in detail: some windowing systems have it drawn at once, in many sizes

    def _arrange(self) -> dict[str, QSplitter]:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(_line())
        column.addWidget(self.results)
        right = _splitter(Qt.Orientation.Vertical, self.gallery, self.layers)
        right.setStretchFactor(0, 1)
        right.setSizes([FIRST_SIZE.height() - LAYERS_HEIGHT, LAYERS_HEIGHT])
        main = _splitter(Qt.Orientation.Horizontal, self.inspector, middle, right)
        main.setStretchFactor(1, 1)
        main.setSizes([LEFT_WIDTH, FIRST_SIZE.width() - LEFT_WIDTH - RIGHT_WIDTH, RIGHT_WIDTH])
        self.inspector.setMinimumWidth(216)
        right.setMinimumWidth(250)
        self.inspector.setMaximumWidth(420)
        self.layers.setMinimumHeight(150)
        self.gallery.setMinimumHeight(220)
        self.stack.addWidget(main)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for part in (self._header(), _line(), self.stack, _line(), self._footer()):
            rows.addWidget(part, 1 if part is self.stack else 0)
        self.setCentralWidget(whole)
        return {"main": main, "right": right}

    def _header(self) -> QWidget:
        header = QWidget()
        header.setFixedHeight(HEADER_HEIGHT)
        self.document_name.setFont(font(weight=Weight.Medium))
        self.document_name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(header)
        row.setContentsMargins(THEME.space_1, 0, THEME.space_3, 0)
        row.setSpacing(THEME.space_1)
        row.addWidget(self.menu_bar)
        row.addSpacing(THEME.space_2)
        row.addWidget(self._space_switch())
        row.addWidget(self.document_name, 1)
        row.addStretch(0)
        row.addWidget(self._tools())
        return header

    def _space_switch(self) -> QWidget:
        for id in SPACES:
            self.space_switch.set_tip(id, self.actions_by_id[id].toolTip())
        self.space_switch.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.space_switch.chosen.connect(lambda id: self.actions_by_id[id].trigger())
        return self.space_switch

    def _tools(self) -> QWidget:
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.space_1)
        for id in TOOLBAR:
            row.addWidget(_upright_line() if id == SEPARATOR else tool_button(self.actions_by_id[id]))
        row.addSpacing(THEME.space_2)
        row.addWidget(self._export_button())
        return self.tools

    def _export_button(self) -> QWidget:
        action = self.actions_by_id["export"]
        button = push_button("Export", "primary", icon_name="export")
        button.setToolTip(action.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        return button

    def _footer(self) -> QWidget:
        footer = QWidget()
        footer.setFixedHeight(STATUS_HEIGHT)
        row = QHBoxLayout(footer)
        row.setContentsMargins(THEME.space_4, 0, THEME.space_4, 0)
        row.setSpacing(THEME.space_4)
        self.status.setAccessibleName("Status")
        self.status.setMinimumWidth(STATUS_WIDTH)
        said = QHBoxLayout()
        said.setSpacing(THEME.space_3)
        said.addWidget(self.status)
        said.addWidget(self.made_file)
        said.addStretch(1)
        self.status.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)  # the file's link stands right behind it
        row.addLayout(said, 1)
        row.addWidget(self.training_pill)
        row.addWidget(self.jobs_bar)
        row.addWidget(self.picture_facts)
        row.addWidget(self.engine_facts)
        return footer


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    for part in parts:
        splitter.addWidget(part)
    return splitter


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line


def _upright_line() -> QLabel:
    line = QLabel()
    line.setFixedSize(1 + 2 * THEME.space_1, 20)
    line.setStyleSheet(f"background: {THEME.line_strong}; margin: 0 {THEME.space_1}px;")
    return line
