"""Makes the pictures of the documentation: the studio's window, and the house picture in every style of the gallery.

python docs/make_images.py
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image

IMAGES = Path(__file__).parent / "images"
COLUMNS, WIDTH, HEIGHT = 8, 200, 150


def window() -> None:
    """The studio after its first light, offscreen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop.first_light import first_light

    with tempfile.TemporaryDirectory() as folder:
        os.environ["SFUMATO_HOME"] = str(Path(folder) / "home")
        if first_light(Path(folder)):
            raise SystemExit("first light failed")
        with Image.open(Path(folder) / "studio.png") as shot:
            shot.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(IMAGES / "studio.png", optimize=True)


def gallery() -> None:
    """All thumbnails, as on a wall."""
    from engine.api.gallery import cards

    rows = -(-len(cards()) // COLUMNS)
    wall = Image.new("RGB", (COLUMNS * WIDTH, rows * HEIGHT), (28, 28, 28))
    for index, card in enumerate(cards()):
        thumbnail = Image.open(io.BytesIO(card.thumbnail_bytes())).convert("RGB").resize((WIDTH - 4, HEIGHT - 4), Image.Resampling.LANCZOS)
        wall.paste(thumbnail, (index % COLUMNS * WIDTH + 2, index // COLUMNS * HEIGHT + 2))
    wall.save(IMAGES / "gallery.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    gallery()
    window()
