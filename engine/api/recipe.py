"""A picture as a value: what it is made of, at any size.

A recipe names its photos and style pictures by blob id (the SHA-256 of the file's bytes), never by path, so that a snapshot is
tiny and means the same on every machine that holds the blobs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from engine.api.errors import BadRequest
from engine.api.latent import Latent, Morph, generated_from_plain, generated_to_plain

BlobId = str
BlendMode = Literal["normal", "multiply", "screen", "overlay", "soft-light"]
BLEND_MODES: tuple[BlendMode, ...] = get_args(BlendMode)

LOOK_EDGE = 1024
"""The long edge, in pixels, at which the look is defined: the content's statistics are taken at this size."""

STYLE_SCALE = (0.25, 4.0)
"""The smallest and largest style scale: 1 spans the style picture over the picture's long edge."""

CROSSFADE = 0.15
"""Below this strength the network's picture is faded into the photo: at 0 the photo's own pixels remain."""

MAX_STYLES = 4
"""How many styles a layer mixes at the most."""


@dataclass(frozen=True)
class Photo:
    """A picture from a file; width and height are in pixels, upright (EXIF orientation applied)."""

    blob: BlobId
    width: int
    height: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a photo has at least one pixel, not {self.width} × {self.height}")

    @property
    def blobs(self) -> tuple[BlobId, ...]:
        return (self.blob,)

    @property
    def key(self) -> str:
        """Tells its pixels from any others'."""
        return self.blob


Source = Photo | Latent | Morph
"""What a layer is made of. Each has a `width`, a `height`, a `name`, the `blobs` that it needs, and a `key` that stands for its pixels."""


@dataclass(frozen=True)
class GalleryStyle:
    """A style of the gallery, by its id; its code belongs to the house stylizer."""

    id: str


@dataclass(frozen=True)
class PictureStyle:
    """A style taken from any picture."""

    blob: BlobId
    name: str = ""

    @property
    def key(self) -> str:
        """Tells its pixels from any others'."""
        return self.blob


Style = GalleryStyle | PictureStyle


@dataclass(frozen=True)
class StyleUse:
    """A style in a mix: weights of a layer are relative to one another, each at least 0."""

    style: Style
    weight: float = 1.0


@dataclass(frozen=True)
class Layer:
    """A photo or a generated picture, the styles on it, and how it lies on the layers below."""

    source: Source
    styles: tuple[StyleUse, ...] = ()
    strength: float = 1.0
    """0: the photo's own pixels; 1: the whole style."""
    style_scale: float = 1.0
    """Size of the strokes: 1 spans the style picture over the picture's long edge."""
    keep_colors: bool = False
    """Light and texture from the style, colours from the photo."""
    opacity: float = 1.0
    blend: BlendMode = "normal"
    visible: bool = True
    mask: BlobId | None = None
    """A grey picture, stretched over the layer: the style shows where it is white, the photo where it is black."""

    @property
    def mix(self) -> tuple[StyleUse, ...]:
        """The styles that count, with weights that add up to 1."""
        total = math.fsum(use.weight for use in self.styles)
        if total <= 0:
            return ()
        return tuple(replace(use, weight=use.weight / total) for use in self.styles if use.weight > 0)

    @property
    def is_painted(self) -> bool:
        """Whether a network paints it."""
        return bool(self.mix) and self.strength > 0

    @property
    def shows_photo(self) -> bool:
        """Whether anything of the source itself is seen."""
        return not self.is_painted or self.keep_colors or self.mask is not None or self.strength < CROSSFADE


@dataclass(frozen=True)
class Recipe:
    """Layers from the bottom up; the bottom layer's source gives the picture its shape."""

    layers: tuple[Layer, ...] = ()

    @property
    def native_size(self) -> tuple[int, int]:
        """(width, height) in pixels of the bottom photo; (0, 0) where there is none."""
        if not self.layers:
            return (0, 0)
        return (self.layers[0].source.width, self.layers[0].source.height)

    @property
    def shown(self) -> tuple[Layer, ...]:
        """The layers that have a part in the picture: a bottom layer of no opacity has the part that nothing is there."""
        return tuple(layer for place, layer in enumerate(self.layers) if layer.visible and (layer.opacity > 0 or place == 0))

    def size_at(self, long_edge: int | None) -> tuple[int, int]:
        """(width, height) with the given long edge, each at least 1; None: the native size."""
        width, height = self.native_size
        if long_edge is None or not self.layers:
            return (width, height)
        scale = long_edge / max(width, height)
        return (max(1, round(width * scale)), max(1, round(height * scale)))

    def blobs(self) -> Iterator[BlobId]:
        """Every blob that the recipe needs, each once."""
        seen: set[BlobId] = set()
        for layer in self.layers:
            pictures = [use.style.blob for use in layer.styles if isinstance(use.style, PictureStyle)]
            for blob in (*layer.source.blobs, layer.mask, *pictures):
                if blob is not None and blob not in seen:
                    seen.add(blob)
                    yield blob

    def check(self) -> Recipe:
        """The recipe itself; raises `BadRequest` where a value is out of its range."""
        for layer in self.layers:
            if not isinstance(layer.source, Photo):
                layer.source.check()
            _in_range("strength", layer.strength, 0, 1)
            _in_range("opacity", layer.opacity, 0, 1)
            _in_range("style scale", layer.style_scale, *STYLE_SCALE)
            if layer.blend not in BLEND_MODES:
                raise BadRequest(f"The blend mode {layer.blend}", f"it must be one of {', '.join(BLEND_MODES)}")
            if len(layer.styles) > MAX_STYLES:
                raise BadRequest(f"{len(layer.styles)} styles on one layer", f"at most {MAX_STYLES} can be mixed")
            for use in layer.styles:
                _in_range("a style's weight", use.weight, 0, 1000)
        return self


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses NaN
        raise BadRequest(f"{name.capitalize()} {value:g}", f"it must lie between {low:g} and {high:g}")


def to_plain(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain JSON values."""
    return {"layers": [_layer_to_plain(layer) for layer in recipe.layers]}


def from_plain(values: Mapping[str, Any]) -> Recipe:
    """The recipe back from plain values, checked; raises `BadRequest` where they make no recipe."""
    try:
        return Recipe(tuple(_layer_from_plain(layer) for layer in values["layers"])).check()
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise BadRequest("The recipe", f"it cannot be read ({error!r})") from error


def _layer_to_plain(layer: Layer) -> dict[str, Any]:
    plain: dict[str, Any] = {field.name: getattr(layer, field.name) for field in fields(layer)}
    source = layer.source
    plain["source"] = vars(source) | {"kind": "photo"} if isinstance(source, Photo) else generated_to_plain(source)
    plain["styles"] = [vars(use.style) | {"weight": use.weight} for use in layer.styles]
    return plain


def _layer_from_plain(plain: Mapping[str, Any]) -> Layer:
    return Layer(
        source=_source_from_plain(plain["source"]),
        styles=tuple(_use_from_plain(use) for use in plain["styles"]),
        strength=float(plain["strength"]),
        style_scale=float(plain["style_scale"]),
        keep_colors=bool(plain["keep_colors"]),
        opacity=float(plain["opacity"]),
        blend=plain["blend"],
        visible=bool(plain["visible"]),
        mask=None if plain.get("mask") is None else str(plain["mask"]),
    )


def _source_from_plain(plain: Mapping[str, Any]) -> Source:
    if plain.get("kind") in ("latent", "morph"):
        return generated_from_plain(plain)
    return Photo(str(plain["blob"]), int(plain["width"]), int(plain["height"]), str(plain["name"]))


def _use_from_plain(plain: Mapping[str, Any]) -> StyleUse:
    style: Style = GalleryStyle(str(plain["id"])) if "id" in plain else PictureStyle(str(plain["blob"]), str(plain["name"]))
    return StyleUse(style, float(plain["weight"]))
