"""A sheet of samples: photos down the side, paintings along the top, the network's answers between."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.nets.stylizer import StylizerNet
from engine.training.stylizer.crops import CropSet

ROWS, COLUMNS = 4, 6


def save_grid(net: StylizerNet, contents: CropSet, styles: CropSet, path: Path, device: torch.device) -> None:
    """Write a PNG of the same crops every time, so that the sheets of a run can be compared."""
    photos, paintings = _first(contents, ROWS), _first(styles, COLUMNS)
    size = photos.shape[-1]
    sheet = np.full(((ROWS + 1) * size, (COLUMNS + 1) * size, 3), 24, np.uint8)
    for column, painting in enumerate(paintings):
        shown = Image.fromarray(_pixels(painting)).resize((size, size), Image.Resampling.LANCZOS)
        sheet[:size, (column + 1) * size : (column + 2) * size] = np.asarray(shown)
    with torch.no_grad():
        codes = net.code(_floats(paintings, device))
        for row, photo in enumerate(photos):
            top = (row + 1) * size
            sheet[top : top + size, :size] = _pixels(photo)
            features = net.encode(_floats(photo[None], device))
            answers = net.decode(features.expand(len(codes), -1, -1, -1), codes).clamp(0, 1).mul(255).round().byte().cpu()
            for column, answer in enumerate(answers):
                sheet[top : top + size, (column + 1) * size : (column + 2) * size] = _pixels(answer)
    Image.fromarray(sheet).save(path)


def _first(crops: CropSet, count: int) -> Tensor:
    pictures = range(0, len(crops.paths), max(1, len(crops.paths) // count))[:count]
    items = (crops.item(picture, 0) for picture in pictures)
    return torch.stack([item[0] for item in items if item is not None])


def _floats(crops: Tensor, device: torch.device) -> Tensor:
    return crops.to(device).float().div_(255)


def _pixels(crop: Tensor) -> np.ndarray:
    return crop.numpy().transpose(1, 2, 0)
