"""What a generator and its critic look like, as one value that a model's file carries."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from engine.api.errors import BadRequest

Kind = Literal["dense", "dcgan", "style"]
"""The plain GAN of Goodfellow et al. 2014, the convolutional one of Radford et al. 2015, and the style-based one."""

SMALLEST = 4
"""The side of the square that convolutional generators begin with."""


@dataclass(frozen=True)
class GeneratorConfig:
    """A network of `kind` for square pictures of `size` pixels; convolutions have clip(base / side, narrowest, widest) channels.

    The dense kind has no channels: `widest` is the number of its hidden units. Only the style-based kind has a mapping network.
    """

    kind: Kind = "style"
    size: int = 64
    base: int = 2048
    widest: int = 256
    narrowest: int = 16
    latent: int = 128
    mapping_layers: int = 3

    def __post_init__(self) -> None:
        """BadRequest for a network that cannot be built."""
        if self.kind not in get_args(Kind):
            raise BadRequest(f"The kind {self.kind!r}", f"a generator is one of {', '.join(get_args(Kind))}")
        if self.size < 2 * SMALLEST or self.size & (self.size - 1):
            raise BadRequest(f"The size {self.size}", "a generator's pictures have 8, 16, 32, 64, 128, 256 … pixels a side")
        for name in ("base", "widest", "narrowest", "latent"):
            if getattr(self, name) < 1:
                raise BadRequest(f"{name} {getattr(self, name)}", "it must be at least 1")
        if self.mapping_layers < 0:
            raise BadRequest(f"The number of mapping layers {self.mapping_layers}", "it must be at least 0")

    @property
    def sides(self) -> tuple[int, ...]:
        """4, 8, 16 … up to `size`: the levels of the picture."""
        return tuple(SMALLEST << level for level in range((self.size // SMALLEST).bit_length()))

    def channels(self, side: int) -> int:
        """How many channels features of `side` pixels a side have."""
        return max(self.narrowest, min(self.widest, self.base // side))

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> GeneratorConfig:
        """`to_dict` back; values that are not given keep their defaults. BadRequest for one that is unknown or no number."""
        known: dict[str, Any] = {}
        for name, value in values.items():
            if name not in {field.name for field in fields(cls)}:
                raise BadRequest(f"The generator's option {name!r}", "this version does not know it")
            if name != "kind" and (not isinstance(value, int) or isinstance(value, bool)):
                raise BadRequest(f"The generator's option {name}", f"{value!r} is no whole number")
            known[name] = value
        return cls(**known)


def preset(size: int, kind: Kind = "style", *, light: bool = False) -> GeneratorConfig:
    """The configuration that is known to work for pictures of `size` pixels; a `light` one has half the channels where they are many.

    BadRequest for a light classic: those are as their papers have them.

    DCGAN's has the public PyTorch recipe's channels at 64 px (half of those of Radford et al.); the dense one has the hidden units of
    Goodfellow et al.'s code.
    """
    if light and kind != "style":
        raise BadRequest("A light network", "only the style-based one comes in a lighter form; the classics are as their papers have them")
    if kind == "dense":
        return GeneratorConfig("dense", size, widest=1200, latent=100, mapping_layers=0)
    if kind == "dcgan":
        return GeneratorConfig("dcgan", size, base=32 * size, widest=8192, narrowest=1, latent=100, mapping_layers=0)
    base, widest = (1024, 128) if size <= 32 else (2048 if size <= 64 else 4096 if size <= 256 else 8192, 256)
    return GeneratorConfig(size=size, base=base // 2 if light else base, widest=widest)
