"""The Explore workspace: the controls on the left, the live picture in the middle with the bookmarks below it, the tools on the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.explorer.bend_page import BendPage
from desktop.views.explorer.blend_page import BlendPage
from desktop.views.explorer.bookmark_strip import BookmarkStrip
from desktop.views.explorer.drag_page import DragPage
from desktop.views.explorer.family_page import FamilyPage
from desktop.views.explorer.handles import Handles
from desktop.views.explorer.journey_page import JourneyPage
from desktop.views.explorer.map_page import MapPage
from desktop.views.explorer.photo_drop import PhotoDrop
from desktop.views.explorer.photo_page import PhotoPage
from desktop.views.explorer.picture_panel import PicturePanel
from desktop.views.explorer.steer_page import SteerPage
from desktop.views.training.parts import Stage, level_line
from desktop.widgets.controls import EmptyState
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME

LEFT_WIDTH, TOOLS_WIDTH = 256, 420
TOOLS_A_ROW = 4


class ExplorerSpace(QWidget):
    """`training_wanted` asks for the Train workspace, where there is no generator yet; `tool_chosen` carries a tool's name."""

    training_wanted = Signal()
    tool_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Explore")
        self.panel = PicturePanel()
        self.stage = Stage("The live picture")
        self.stage.enlarge_up_to(16)
        self.bookmarks = BookmarkStrip()
        self.empty = EmptyState(
            "explore",
            "There is no generator yet",
            "Train one on a folder of your pictures, and wander through what it has learnt.",
            "Train one",
        )
        self.empty.activated.connect(self.training_wanted)
        self.tools = QStackedWidget()
        self._tools: dict[str, QWidget] = {}
        self._right = QWidget()
        self._right.hide()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._stack = QStackedWidget()
        self._arrange()
        self.map = MapPage()
        self.steer = SteerPage()
        self.bend = BendPage()
        self.blend = BlendPage()
        self.journey = JourneyPage()
        self.photo = PhotoPage()
        self.drag = DragPage()
        self.handles = Handles(self.stage)
        self.drop = PhotoDrop(self)
        self.family = FamilyPage()
        self.add_tools(
            [
                ("Map", self.map),
                ("Steer", self.steer),
                ("Bend", self.bend),
                ("Blend", self.blend),
                ("Journey", self.journey),
                ("Photo", self.photo),
                ("Drag", self.drag),
                ("Family", self.family),
            ]
        )

    @property
    def tool(self) -> str:
        """The name of the tool in front; empty where there is none."""
        return next((name for name, page in self._tools.items() if page is self.tools.currentWidget()), "")

    def add_tools(self, tools: Sequence[tuple[str, QWidget]]) -> None:
        """Put tools on the right: a name and a page each, of which one is in front."""
        self._tools = dict(tools)
        self.switch = Segments("Tool", [(name, name) for name in self._tools], columns=TOOLS_A_ROW)
        self.switch.chosen.connect(self.show_tool)
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, THEME.space_3, 0, 0)
        column.setSpacing(THEME.space_2)
        column.addWidget(_indented(self.switch))
        column.addWidget(self.tools, 1)
        for page in self._tools.values():
            self.tools.addWidget(page)
        self._right.show()
        self._splitter.setSizes([LEFT_WIDTH, 900, TOOLS_WIDTH])

    def show_tool(self, name: str) -> None:
        self.tools.setCurrentWidget(self._tools[name])
        self.switch.set_value(name)
        self.tool_chosen.emit(name)

    def set_has_generators(self, has: bool) -> None:
        self._stack.setCurrentIndex(0 if has else 1)
        self.drop.is_welcome = has

    def take_focus(self) -> None:
        """Begin with another picture."""
        wanted = self.panel.another if self._stack.currentIndex() == 0 else self.empty
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stage, 1)
        column.addWidget(level_line())
        column.addWidget(self.bookmarks)
        for part in (self.panel, middle, self._right):
            self._splitter.addWidget(part)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.setStretchFactor(1, 1)
        self.panel.setMinimumWidth(216)
        self.panel.setMaximumWidth(360)
        self._right.setMinimumWidth(340)
        middle.setMinimumWidth(240)
        self._splitter.setSizes([LEFT_WIDTH, 900, TOOLS_WIDTH])
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)


def _indented(part: QWidget) -> QWidget:
    holder = QWidget()
    row = QVBoxLayout(holder)
    row.setContentsMargins(THEME.space_4, 0, THEME.space_4, 0)
    row.addWidget(part)
    return holder
