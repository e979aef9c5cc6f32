"""Icons are drawn alike, take the colour of their state, and are sharp at every device pixel ratio."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.widgets.icons import app_icon, icon, icon_image
from desktop.widgets.theme import THEME

NOT_LINE_ICONS = {"sfumato", "empty-canvas"}
NAMES = sorted(
    entry.name.removesuffix(".svg")
    for entry in (files("resources") / "icons").iterdir()
    if entry.name.endswith(".svg") and entry.name.removesuffix(".svg") not in NOT_LINE_ICONS
)
SVG = "{http://www.w3.org/2000/svg}"


def strongest_colour(pixmap: QPixmap) -> str:
    """The colour of the most opaque pixel."""
    image = pixmap.toImage()
    colours = [image.pixelColor(x, y) for y in range(image.height()) for x in range(image.width())]
    return max(colours, key=QColor.alpha).name()


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_belongs_to_the_family(name: str, qapp: QApplication) -> None:
    root = ET.fromstring((files("resources") / "icons" / f"{name}.svg").read_bytes())
    group = root.find(f"{SVG}g")
    assert root.get("viewBox") == "0 0 20 20"
    assert group is not None
    assert group.get("stroke-width") == "1.6"
    assert group.get("stroke-linecap") == group.get("stroke-linejoin") == "round"
    image = icon_image(name, 20, THEME.text)
    inked = [(x, y) for y in range(20) for x in range(20) if image.pixelColor(x, y).alpha() > 40]
    assert len(inked) > 8
    assert all(0 < x < 19 and 0 < y < 19 for x, y in inked if image.pixelColor(x, y).alpha() > 128)


def test_an_unknown_icon_is_refused(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_the_state_gives_the_colour(qapp: QApplication) -> None:
    size, mode, state = QSize(20, 20), QIcon.Mode, QIcon.State
    check = icon("check")
    assert strongest_colour(check.pixmap(size, mode.Normal, state.Off)) == THEME.text_muted
    assert strongest_colour(check.pixmap(size, mode.Disabled, state.Off)) == THEME.text_disabled
    assert strongest_colour(check.pixmap(size, mode.Active, state.Off)) == THEME.text
    assert strongest_colour(check.pixmap(size, mode.Normal, state.On)) == THEME.accent
    assert strongest_colour(icon("check", colour="#123456").pixmap(size)) == "#123456"


def test_the_checked_state_has_its_own_drawing(qapp: QApplication) -> None:
    star = icon("star", on="star-filled")
    off = star.pixmap(QSize(20, 20), QIcon.Mode.Normal, QIcon.State.Off).toImage()
    on = star.pixmap(QSize(20, 20), QIcon.Mode.Normal, QIcon.State.On).toImage()
    assert off.pixelColor(10, 10).alpha() == 0
    assert on.pixelColor(10, 10).alpha() == 255


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_pixmaps_have_all_device_pixels(ratio: float, qapp: QApplication) -> None:
    pixmap = icon("layers").pixmap(QSize(20, 20), ratio)
    assert pixmap.size() == QSize(20, 20) * ratio
    assert pixmap.devicePixelRatio() == ratio
    drawn = pixmap.toImage()
    drawn.setDevicePixelRatio(1)
    direct = icon_image("layers", round(20 * ratio), THEME.text_muted)
    assert drawn.convertToFormat(direct.format()) == direct


@pytest.mark.parametrize("side", [16, 44])
def test_the_mark_is_in_its_own_colours(side: int, qapp: QApplication) -> None:
    drawn = app_icon().pixmap(QSize(side, side), 2.0).toImage()
    colours = {drawn.pixelColor(x, y).hue() // 60 for x in range(drawn.width()) for y in range(drawn.height())}
    assert len(colours) > 2
