"""The tokens are readable, and the bundled font and the pictures of the stylesheet are found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from importlib.resources import files

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from desktop.widgets import theme
from desktop.widgets.stylesheet import stylesheet
from desktop.widgets.theme import THEME, Weight

SURFACES = ("panel", "raised", "floating", "canvas")
TEXT_PAIRS = [(text, ground) for text in ("text", "text_muted", "text_faint", "accent", "danger") for ground in SURFACES]
TEXT_PAIRS += [("on_accent", ground) for ground in ("accent", "accent_hover", "accent_pressed")]
TEXT_PAIRS += [(text, ground) for text in ("text", "text_muted") for ground in ("hover", "pressed")]


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(text: str, ground: str) -> None:
    colours = asdict(THEME)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("ground", SURFACES)
def test_the_focus_ring_is_seen(ground: str) -> None:
    assert contrast(THEME.accent, asdict(THEME)[ground]) >= 3


@pytest.mark.parametrize("name", ["canvas", "panel", "raised", "hover", "pressed", "floating", "line", "text", "text_muted"])
def test_greys_have_no_hue(name: str) -> None:
    assert QColor(asdict(THEME)[name]).saturation() == 0


def test_the_bundled_font_is_used(qapp: QApplication) -> None:
    assert theme.font_family().startswith("Inter")
    assert QFontInfo(theme.font(15, Weight.DemiBold)).family().startswith("Inter")
    assert (files("resources") / "fonts" / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") == 1


def test_tabular_figures_have_one_width(qapp: QApplication) -> None:
    metrics = QFontMetricsF(theme.font(13, tabular=True))
    assert metrics.horizontalAdvance("1111") == pytest.approx(metrics.horizontalAdvance("8888"))
    proportional = QFontMetricsF(theme.font(13))
    assert proportional.horizontalAdvance("1111") < proportional.horizontalAdvance("8888") - 1


def test_small_headings_are_spaced_capitals(qapp: QApplication) -> None:
    spaced = QFontMetricsF(theme.font(11, tracking=0.07, capitals=True)).horizontalAdvance("look")
    assert spaced > QFontMetricsF(theme.font(11)).horizontalAdvance("LOOK") + 1


def test_the_stylesheet_is_complete() -> None:
    sheet = stylesheet(THEME)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    pictures = set(re.findall(r"url\(icons:([^)]+)\)", sheet))
    assert pictures
    for picture in pictures:
        assert (files("resources") / "icons" / picture).is_file()


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    before = qapp.palette(), qapp.font(), qapp.styleSheet()
    theme.apply(qapp)
    yield qapp
    qapp.setStyleSheet(before[2])
    qapp.setPalette(before[0])
    qapp.setFont(before[1])


def test_apply_dresses_the_application(dressed: QApplication) -> None:
    assert dressed.palette().color(QPalette.ColorRole.Window) == QColor(THEME.panel)
    assert dressed.font().family().startswith("Inter")
    assert THEME.accent in dressed.styleSheet()


def test_an_open_combo_box_shows_all_its_rows(dressed: QApplication, qtbot: QtBot) -> None:
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["Normal", "Multiply", "Screen", "Overlay", "Soft light"])
    box.show()
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    last = view.visualRect(box.model().index(4, 0))
    assert last.height() >= 24
    assert view.viewport().rect().contains(last)
    box.hidePopup()
