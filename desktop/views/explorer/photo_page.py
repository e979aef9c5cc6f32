"""A photo of the artist's own beside what the search has found for it, and how like the two are."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from desktop.state.explorer.searching import Phase
from desktop.views.explorer.fidelity_meter import FidelityMeter
from desktop.views.training.parts import Column, level_line
from desktop.widgets.controls import Caption, LinkButton, Switch, push_button
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, Weight, font
from engine.api.events import Fidelity

HOW = (
    "Drop a photo here: the generator looks for the picture of its own that comes nearest. From there on you can steer it, "
    "blend it, travel from it."
)
TUNED = (
    "Comes nearer to the photo, by a small change of the generator that is kept with this picture alone. "
    "Without it, the picture is one that the generator makes as it is."
)
KIND = "It works on photos of the kind that the generator has learnt. Any other two photos can be blended as layers on the canvas."


class PhotoPage(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    file_wanted = Signal()
    canvas_photo_wanted = Signal()
    search_wanted = Signal()
    stop_wanted = Signal()
    visit_wanted = Signal()
    layers_wanted = Signal()
    tuned_changed = Signal(bool)
    shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choose = push_button("Choose a photo…", "primary", icon_name="photo")
        self.from_canvas = push_button("From the canvas", icon_name="layers")
        self.photo = Square("Your photo")
        self.found = Square("What was found")
        self.meter = FidelityMeter()
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the search")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.stop = push_button("Stop here", icon_name="stop")
        self.stop.setToolTip("Keeps the best that was found so far")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.visit = push_button("Go there", "primary")
        self.visit.setToolTip("Make it the live picture")
        self.again = push_button("Look once more")
        self.layers = push_button("Blend it on the canvas instead", icon_name="layers")
        self.another = LinkButton("Another photo…")
        self.canvas_link = LinkButton("From the canvas")
        self.tuned = Switch("Let the generator adapt to the photo")
        self._arrange()
        self._connect()
        self.set_phase("empty", "", has_found=False, other_kind=False)

    def set_phase(self, phase: Phase, sentence: str, *, has_found: bool, other_kind: bool) -> None:
        """Where the search stands, and what there is to say of it."""
        searching = phase == "searching"
        had_focus = self.again.hasFocus() or self.stop.hasFocus()
        self._stack.setCurrentIndex(0 if phase == "empty" else 1)
        self._running.setVisible(searching)
        self._ended.setVisible(not searching)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.visit.setVisible(has_found)
        self.again.setText("Look for it" if phase == "waiting" else "Look once more")
        self.layers.setVisible(other_kind)
        self.tuned.setEnabled(not searching)
        if had_focus:  # the keyboard stays where the search is begun and ended
            (self.stop if searching else self.again).setFocus(Qt.FocusReason.OtherFocusReason)

    def set_photo(self, image: QImage) -> None:
        self.photo.show_image(image)

    def set_found(self, image: QImage, near: Fidelity | None, progress: float) -> None:
        """The picture so far, how like it is, and how far the search has come, 0..1."""
        self.found.show_image(image)
        self.meter.set_near(near)
        self.progress.setValue(round(1000 * progress))

    def set_tuned(self, on: bool) -> None:
        self.tuned.setChecked(on)

    def set_canvas_photo(self, there: bool) -> None:
        """Whether there is a photo on the canvas."""
        for button in (self.from_canvas, self.canvas_link):
            button.setEnabled(there)
            button.setToolTip("" if there else "There is no photo on the canvas")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # a window that is minimised is still at this page
            self.shown.emit(False)

    def _connect(self) -> None:
        for button in (self.choose, self.another):
            button.clicked.connect(self.file_wanted)
        for button in (self.from_canvas, self.canvas_link):
            button.clicked.connect(self.canvas_photo_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.again.clicked.connect(self.search_wanted)
        self.visit.clicked.connect(self.visit_wanted)
        self.layers.clicked.connect(self.layers_wanted)
        self.tuned.clicked.connect(self.tuned_changed)

    # ---- layout ----

    def _arrange(self) -> None:
        pages = QWidget()
        self._stack = QStackedLayout(pages)
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(Column(self._search_page()))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(pages, 1)
        whole.addWidget(level_line())
        whole.addWidget(self._choice())

    def _empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(THEME.space_5, THEME.space_4, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_2)
        column.addStretch(1)
        picture = QLabel()
        picture.setPixmap(icon("photo", colour=THEME.text_faint).pixmap(QSize(32, 32)))
        heading = QLabel("Your photo in the space")
        heading.setFont(font(THEME.size_title, Weight.DemiBold))
        for label in (picture, heading, Caption(HOW, wrap=True)):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        buttons = QHBoxLayout()
        buttons.setSpacing(THEME.space_2)
        buttons.addStretch(1)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.from_canvas)
        buttons.addStretch(1)
        column.addSpacing(THEME.space_3)
        column.addLayout(buttons)
        column.addSpacing(THEME.space_3)
        kind = Caption(KIND, wrap=True)
        kind.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(kind)
        column.addStretch(2)
        return page

    def _search_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(THEME.space_4, 0, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_3)
        pictures = QGridLayout()
        pictures.setHorizontalSpacing(THEME.space_3)
        pictures.setVerticalSpacing(THEME.space_1)
        for place, (name, picture) in enumerate((("Your photo", self.photo), ("Found", self.found))):
            pictures.addWidget(Caption(name), 0, place)
            pictures.addWidget(picture, 1, place)
            pictures.setColumnStretch(place, 1)
        column.addLayout(pictures)
        column.addWidget(self.meter)
        self._running, self._ended = self._running_part(), self._ended_part()
        for part in (self._running, self.sentence, self._ended):
            column.addWidget(part)
        others = QHBoxLayout()
        others.setSpacing(THEME.space_4)
        others.addWidget(self.another)
        others.addWidget(self.canvas_link)
        others.addStretch(1)
        column.addLayout(others)
        return page

    def _running_part(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.space_3)
        row.addWidget(Caption("Looking"))
        row.addWidget(self.progress, 1)
        row.addWidget(self.stop)
        return part

    def _ended_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.space_2)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_2)
        row.addWidget(self.visit)
        row.addWidget(self.again)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.layers, alignment=Qt.AlignmentFlag.AlignLeft)
        return part

    def _choice(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_2)
        column.addWidget(self.tuned)
        column.addWidget(Caption(TUNED, wrap=True))
        return part


class Square(QWidget):
    """A square picture, or an even ground as long as there is none."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._image = QImage()

    @property
    def image(self) -> QImage:
        return self._image

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, 180)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(max(64, self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(frame, THEME.radius_small, THEME.radius_small)
        painter.setClipPath(shape)
        painter.fillRect(frame, QColor(THEME.canvas))
        if not self._image.isNull():
            painter.drawImage(frame, self._image)
        painter.end()
