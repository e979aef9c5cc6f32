"""The look of the studio: one table of tokens, from which the palette, the fonts and the stylesheet are made.

The greys have no hue, so that they do not tint the artist's judgement of colour; one warm accent marks what is active.
Fonts are set in code, never in the stylesheet, because only a QFont can ask for tabular figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from PySide6.QtCore import QDir
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

Weight = QFont.Weight
FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


@dataclass(frozen=True)
class Theme:
    """Colours are #rrggbb; lengths and font sizes are in logical pixels."""

    # From far to near: the canvas around the picture, panels, fields and buttons, hover, pressed or selected.
    canvas: str = "#2b2b2b"
    panel: str = "#1e1e1e"
    raised: str = "#2c2c2c"
    hover: str = "#383838"
    pressed: str = "#454545"
    # Menus, tooltips and dialogs float above everything.
    floating: str = "#262626"
    line: str = "#333333"
    line_strong: str = "#4f4f4f"

    text: str = "#ededed"
    text_muted: str = "#b4b4b4"
    text_faint: str = "#989898"
    text_disabled: str = "#6e6e6e"

    accent: str = "#e0a267"
    accent_hover: str = "#ebb47f"
    accent_pressed: str = "#cc8d51"
    on_accent: str = "#1d1409"
    danger: str = "#f28b7d"
    good: str = "#8cc596"
    caution: str = "#ecc94f"

    radius_small: int = 4
    radius: int = 6
    radius_large: int = 10

    space_1: int = 4
    space_2: int = 8
    space_3: int = 12
    space_4: int = 16
    space_5: int = 24

    size_small: int = 11
    size_label: int = 12
    size_body: int = 13
    size_title: int = 15
    size_display: int = 20


THEME = Theme()


@cache
def font_family() -> str:
    """The bundled font's family name; the platform's own sans-serif family if no bundled file can be loaded."""
    families = []
    for name in FONT_FILES:
        with as_file(files("resources") / "fonts" / name) as path:
            families += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))
    return families[0] if families else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def font(
    size: int = THEME.size_body,
    weight: QFont.Weight = Weight.Normal,
    *,
    tabular: bool = False,
    tracking: float = 0.0,
    capitals: bool = False,
) -> QFont:
    """The studio's font. `size` in logical pixels; `tabular` gives figures of one width, for values that change in place;
    `tracking` adds that share of the em between letters (0.06 for small headings in capitals)."""
    made = QFont(font_family())
    made.setPixelSize(size)
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    if capitals:
        made.setCapitalization(QFont.Capitalization.AllUppercase)
    if tracking:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, tracking * size)
    return made


def palette(theme: Theme = THEME) -> QPalette:
    """The palette that Fusion draws with where the stylesheet is silent."""
    role = QPalette.ColorRole
    made = QPalette()
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.raised,
        role.AlternateBase: theme.hover,
        role.ToolTipBase: theme.floating,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.text_faint,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Light: theme.pressed,
        role.Midlight: theme.hover,
        role.Mid: theme.line_strong,
        role.Dark: theme.line,
        role.Shadow: "#000000",
    }
    for colour_role, colour in colours.items():
        made.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(theme.text_disabled))
    return made


def apply(app: QApplication) -> None:
    """Dress the application: Fusion, the palette, the bundled font and the stylesheet. Call once, before the first window."""
    from desktop.widgets.stylesheet import stylesheet

    with as_file(files("resources") / "icons") as folder:
        QDir.setSearchPaths("icons", [str(folder)])
    app.setStyle("Fusion")
    app.setPalette(palette())
    app.setFont(font())
    QToolTip.setFont(font(THEME.size_label))
    app.setStyleSheet(stylesheet(THEME))
