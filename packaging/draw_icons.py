"""Draws the program's icons from `resources/icons/sfumato.svg`: `python packaging/draw_icons.py` writes them to `packaging/icons`.

PNG for Linux, in the sizes that desktops look for; one .ico for Windows and one .icns for macOS, which hold several.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "resources" / "icons" / "sfumato.svg"
ICONS = ROOT / "packaging" / "icons"

PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512, 1024)
MACOS_MARGIN = 0.1
"""Of the side, on each edge: macOS leaves this much air around an icon's shape."""


def main(arguments: Sequence[str]) -> int:
    """Draw all icons into the folder that is named, or into `packaging/icons`; returns the exit code."""
    folder = Path(arguments[0]) if arguments else ICONS
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for size in PNG_SIZES:
        (folder / f"sfumato-{size}.png").write_bytes(png(size))
    write_ico(folder / "sfumato.ico")
    write_icns(folder / "sfumato.icns")
    print(f"{len(PNG_SIZES) + 2} icons in {folder}")
    return 0


def png(size: int, margin: float = 0.0) -> bytes:
    """The drawing as a PNG of `size` pixels a side, with `margin` of the side left free on each edge."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = size * (1 - 2 * margin)
    QSvgRenderer(str(DRAWING)).render(painter, QRectF(size * margin, size * margin, inner, inner))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.convertToFormat(QImage.Format.Format_ARGB32).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def write_ico(target: Path) -> None:
    """Each size is drawn by itself: a large drawing made small loses its lines."""
    from PIL import Image

    drawn = [Image.open(io.BytesIO(png(size))) for size in ICO_SIZES]
    drawn[-1].save(target, sizes=[(size, size) for size in ICO_SIZES], append_images=drawn[:-1])


def write_icns(target: Path) -> None:
    from PIL import Image

    drawn = [Image.open(io.BytesIO(png(size, MACOS_MARGIN))) for size in ICNS_SIZES]
    drawn[-1].save(target, append_images=drawn[:-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
