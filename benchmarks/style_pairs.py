"""The house stylizer on every pair of a folder of photos and a folder of paintings, for a judge to look at.

    python -m benchmarks.style_pairs CONTENT_DIR STYLE_DIR OUT_DIR [--size 384] [--strength 1.0] [--model FILE] [--sheet FILE]

Writes OUT_DIR/{content}__{style}.png: short side SIZE, centre-cropped to a square, style scale 1, the network's own
statistics; and, with --sheet, all of them as one picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.api.recipe import CROSSFADE
from engine.device import choose
from engine.models import registry
from engine.models.stylizer import StylizerModel
from engine.nets.stylizer import Moments, finish
from engine.render import MARGIN, extended, floats
from engine.training.stylizer.crops import pictures


def square(path: Path, size: int) -> np.ndarray:
    """(size, size, 3) uint8 from the middle of a picture."""
    image = Image.open(path).convert("RGB")
    scale = size / min(image.size)
    image = image.resize((max(size, round(image.width * scale)), max(size, round(image.height * scale))), Image.Resampling.LANCZOS)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return np.asarray(image.crop((left, top, left + size, top + size)))


def stylized(model: StylizerModel, photo: np.ndarray, code: Tensor, strength: float) -> np.ndarray:
    height, width = photo.shape[:2]
    features = finish(model.encode_steps(floats(extended(photo))))
    if strength < 1:
        code = torch.lerp(finish(model.code_steps(floats(photo))), code, strength)
    picture = finish(model.decode_steps(features, code, Moments.of(features)))[..., MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    shown = torch.lerp(floats(photo), picture.clamp(0, 1), min(1.0, strength / CROSSFADE))
    return shown[0].mul(255).round().byte().permute(1, 2, 0).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contents", type=Path)
    parser.add_argument("styles", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--model", type=Path, default=registry.house_folder() / f"{registry.HOUSE_STYLIZER}.safetensors")
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    manifest = registry.read_manifest(options.model)
    network = registry.load_stylizer(manifest)
    model = StylizerModel(manifest, registry.fingerprint(manifest), network, torch.device("cpu"), choose("cpu").dtype)
    options.out.mkdir(parents=True, exist_ok=True)
    codes = {path.stem: finish(model.code_steps(floats(square(path, options.size)))) for path in pictures(options.styles)}
    rows = []
    for path in pictures(options.contents):
        photo = square(path, options.size)
        answers = {style: stylized(model, photo, code, options.strength) for style, code in codes.items()}
        for style, answer in answers.items():
            Image.fromarray(answer).save(options.out / f"{path.stem}__{style}.png")
        rows.append(np.concatenate([photo, *answers.values()], 1))
    if options.sheet is not None:
        paintings = [square(path, options.size) for path in pictures(options.styles)]
        head = np.concatenate([np.full_like(paintings[0], 24), *paintings], 1)
        sheet = Image.fromarray(np.concatenate([head, *rows]))
        sheet.resize((sheet.width // 2, sheet.height // 2), Image.Resampling.LANCZOS).save(options.sheet)


if __name__ == "__main__":
    main()
