"""Makes the gallery for a (re)trained stylizer: `styles/gallery.json`, `styles/codes.safetensors` and `styles/thumbnails/`.

    python -m resources.make_gallery PAINTINGS_DIR [--model PATH] [--resume]

The paintings that `styles/paintings.json` selects come first, then the styles that the project draws itself. The paintings are
only looked at: what is kept of each is its codes, and the house picture in its style. About three seconds a style on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.api.errors import SfumatoError
from engine.api.gallery import StyleCard
from engine.api.recipe import LOOK_EDGE
from engine.imaging import files
from engine.imaging.picture import Picture, to_uint8
from engine.imaging.resampling import resize, resize_picture
from engine.models import registry
from engine.models.codes import EDGES, GalleryCodes, natural_edge
from engine.models.stylizer import StylizerModel
from engine.nets.stylizer import Moments, finish
from engine.render import MARGIN, extended, floats
from resources.draw_styles import STYLES

RESOURCES = Path(__file__).parent
THUMBNAIL = (320, 240)
THUMBNAIL_EDGE = 512
"""The house picture is painted with this long edge, then cut and reduced."""
QUALITY = 82
MOST_BYTES = 25 * 1024
THREADS = 1
"""Sums are made in another order by another number of threads: one gives the same codes on every machine of a kind."""


@dataclass(frozen=True)
class House:
    """The house picture as the stylizer sees it: `THUMBNAIL_EDGE` large, with the statistics of `LOOK_EDGE`."""

    width: int
    height: int
    features: Tensor
    moments: Moments

    @classmethod
    def seen(cls, picture: Picture, model: StylizerModel) -> House:
        moments = Moments.of(_features(_at_long_edge(picture, LOOK_EDGE), model))
        small = _at_long_edge(picture, THUMBNAIL_EDGE)
        return cls(small.width, small.height, _features(small, model), moments)


def stylizer(path: Path) -> StylizerModel:
    """The stylizer of a model file in fp32 on the processor; raises ModelDamaged where it holds another network."""
    manifest = registry.read_manifest(path)
    return StylizerModel(manifest, registry.fingerprint(manifest), registry.load_stylizer(manifest), torch.device("cpu"), torch.float32)


def listed(paintings: Path) -> list[tuple[StyleCard, Path]]:
    """Every style of the gallery in its order, with the picture that it is taken from."""
    chosen = json.loads((RESOURCES / "styles" / "paintings.json").read_text(encoding="utf-8"))
    painted = [
        (StyleCard(one["id"], one["title"], one["painter"], one["year"], tuple(one["tags"])), paintings / one["file"]) for one in chosen
    ]
    folder = RESOURCES / "styles" / "drawn"
    drawn = [(StyleCard(name, title, "", "", ("drawn",)), folder / f"{name}.webp") for name, title, _ in STYLES]
    return painted + drawn


def codes_of(style: Picture, model: StylizerModel) -> Tensor:
    """The codes (len(EDGES), code_size) of a style picture, enlarged or reduced to each of `EDGES`."""
    return torch.cat([finish(model.code_steps(floats(_at_long_edge(style, edge).pixels))) for edge in EDGES])


def thumbnail(house: House, code: Tensor, model: StylizerModel) -> Image.Image:
    """The house picture with the code (1, code_size), cut to the thumbnail's shape."""
    picture = finish(model.decode_steps(house.features, code, house.moments))[0, :, MARGIN:, MARGIN:]
    pixels = np.rint(picture[:, : house.height, : house.width].clamp(0, 1).mul(255).permute(1, 2, 0).numpy()).astype(np.uint8)
    width, height = THUMBNAIL
    scale = max(width / house.width, height / house.height)
    cut_width, cut_height = round(width / scale), round(height / scale)
    left, top = (house.width - cut_width) // 2, (house.height - cut_height) // 2
    return Image.fromarray(to_uint8(resize(pixels[top : top + cut_height, left : left + cut_width], width, height)))


def make(paintings: Path, model: StylizerModel, out: Path, resume: bool) -> None:
    """Write the gallery to the folder `out`.

    With `resume`, styles that this same stylizer has been through already are left as they are, so that an interrupted run
    goes on; without, everything is made anew. Raises SfumatoError where the model, the house picture or a painting is missing.
    """
    cards = listed(paintings)
    codes = _begun(out, model.fingerprint) if resume else GalleryCodes(model.fingerprint, {}, {})
    sources = {card.id: codes.sources[card.id] for card, _ in cards if card.id in codes.sources}
    made = {card.id: codes.codes[card.id] for card, _ in cards if card.id in codes.codes and _thumbnail_path(out, card).is_file()}
    house = House.seen(files.load(RESOURCES / "pictures" / "house.jpg"), model)
    _thumbnail_path(out, cards[0][0]).parent.mkdir(parents=True, exist_ok=True)
    for card, source in cards:
        if card.id not in made:
            style = files.load(source)
            made[card.id], sources[card.id] = codes_of(style, model), style.long_edge
            codes = GalleryCodes(model.fingerprint, made, sources)
            edge = natural_edge(LOOK_EDGE, style.long_edge) * THUMBNAIL_EDGE / LOOK_EDGE
            _save(thumbnail(house, codes.at(card.id, edge, model.fingerprint), model), _thumbnail_path(out, card))
            codes.write(out / "codes.safetensors")
    _write_cards(out, [card for card, _ in cards])


def _begun(out: Path, fingerprint: str) -> GalleryCodes:
    """The codes that are there, where they are of this stylizer."""
    path = out / "codes.safetensors"
    codes = GalleryCodes.read(path) if path.is_file() else None
    return codes if codes is not None and codes.fingerprint == fingerprint else GalleryCodes(fingerprint, {}, {})


def _write_cards(out: Path, cards: list[StyleCard]) -> None:
    lines = ",\n".join("    " + json.dumps(asdict(card), ensure_ascii=False) for card in cards)
    (out / "gallery.json").write_text(f'{{\n  "styles": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    kept = {_thumbnail_path(out, card) for card in cards}
    for path in set((out / "thumbnails").glob("*.webp")) - kept:
        path.unlink()


def _save(image: Image.Image, path: Path) -> None:
    """As a WebP of at most `MOST_BYTES`."""
    for quality in range(QUALITY, 0, -4):
        image.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            break


def _thumbnail_path(out: Path, card: StyleCard) -> Path:
    return out / "thumbnails" / f"{card.id}.webp"


def _features(picture: Picture, model: StylizerModel) -> Tensor:
    return finish(model.encode_steps(floats(extended(picture.pixels))))


def _at_long_edge(picture: Picture, edge: int) -> Picture:
    scale = edge / picture.long_edge
    return resize_picture(picture, max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))


def main(arguments: Sequence[str]) -> str | None:
    """Make the gallery; returns what was wrong, None where nothing was."""
    parser = argparse.ArgumentParser(prog="make_gallery", description="Make the gallery's codes and thumbnails with a stylizer.")
    parser.add_argument("paintings", type=Path, help="the folder of the paintings that paintings.json names")
    parser.add_argument("--model", type=Path, default=registry.house_folder() / f"{registry.HOUSE_STYLIZER}.safetensors")
    parser.add_argument("--resume", action="store_true", help="keep what this same stylizer has made already")
    options = parser.parse_args(arguments)
    torch.set_num_threads(THREADS)
    try:
        make(options.paintings, stylizer(options.model), RESOURCES / "styles", options.resume)
    except SfumatoError as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
