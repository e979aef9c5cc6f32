"""Makes the pictures of a generator's card: its pictures of the seeds 0 to 63, what it made as it learned, and its curves.

python docs/make_card.py MODEL.safetensors RUN_FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

IMAGES = Path(__file__).parent / "images"
MOMENTS = 6
"""Previews beside each other, from the first to the last."""
CHART_WIDTH, CHART_HEIGHT = 900, 420


def samples(model: Path) -> None:
    """64 pictures, none chosen."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "desktop", "generate", "--model", str(model), "--seeds", "0-63", "-o", folder, "--grid"]
        subprocess.run(command, check=True)
        with Image.open(Path(folder) / f"{model.stem}-grid.png") as sheet:
            sheet.convert("RGB").save(IMAGES / f"{model.stem}-samples.jpg", quality=85, optimize=True)


def moments(grids: Sequence[Path], name: str) -> None:
    """The same latents as the run went on: the upper left four of each grid."""
    chosen = [grids[round(index * (len(grids) - 1) / (MOMENTS - 1))] for index in range(MOMENTS)]
    corners = [_corner(grid) for grid in chosen]
    strip = Image.new("RGB", (sum(corner.width for corner in corners), corners[0].height))
    for index, corner in enumerate(corners):
        strip.paste(corner, (index * corner.width, 0))
    strip.save(IMAGES / f"{name}-learning.jpg", quality=85, optimize=True)


def _corner(grid: Path) -> Image.Image:
    with Image.open(grid) as picture:
        side = picture.width // 2
        return picture.convert("RGB").crop((0, 0, side, side)).resize((256, 256), Image.Resampling.LANCZOS)


def curves(run: Path, name: str) -> None:
    """The charts of the Train workspace, over the whole run."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt

    from desktop.app import make_application
    from desktop.views.training.charts import Charts
    from engine.training.generator.catalogue import history

    application = make_application()
    told = history(run)
    charts = Charts()
    charts.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    charts.resize(CHART_WIDTH, CHART_HEIGHT)
    charts.set_losses({key: (curve.seen, curve.values) for key, curve in told.curves.items()})
    charts.set_verdicts(told.verdicts)
    charts.show()
    application.processEvents()
    charts.grab().save(str(IMAGES / f"{name}-curves.png"))


def main(model: Path, run: Path) -> None:
    IMAGES.mkdir(exist_ok=True)
    samples(model)
    moments(sorted(run.glob("grid-*.png")), model.stem)
    curves(run, model.stem)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
