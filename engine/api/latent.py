"""Places in what a generator has learnt, as values: a code with its model, and the way between two of them.

A latent says everything that its picture depends on. It is small enough to live in a document, in an exported file and in the
history of undo; only the tuning of a photo's generator is a blob.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from engine.api.errors import BadRequest

if TYPE_CHECKING:  # late: a window does not wait for numpy
    import numpy as np
    import numpy.typing as npt

CANVAS_SIDE = 1024
"""The side, in pixels, that a generated picture has on a canvas: generators paint small, and styles need room."""

GREATEST_SEED = 2**32 - 1

BendKind: TypeAlias = Literal["scale", "zoom", "rotate", "shift-x", "shift-y", "blur", "noise", "threshold", "invert"]
BEND_KINDS: tuple[BendKind, ...] = get_args(BendKind)

BEND_RANGES: Mapping[BendKind, tuple[float, float, float]] = {
    "scale": (0.25, 4.0, 1.0),
    "zoom": (0.25, 4.0, 1.0),
    "rotate": (-180.0, 180.0, 0.0),
    "shift-x": (-1.0, 1.0, 0.0),
    "shift-y": (-1.0, 1.0, 0.0),
    "blur": (0.0, 1.0, 0.0),
    "noise": (0.0, 2.0, 0.0),
    "threshold": (0.0, 1.0, 0.0),
    "invert": (0.0, 1.0, 0.0),
}
"""Of each kind of bend: its smallest and largest amount, and the one that changes nothing. Scale multiplies what the features say, zoom
enlarges them about the middle. Degrees for a rotation; shifts and blurs are in parts of the picture's side; noise in standard deviations;
a threshold and an inversion fade in."""

MOST_BENDS = 16
"""In one rack."""


@dataclass(frozen=True)
class ModelKey:
    """A model and its version: its id, and the SHA-256 of its file."""

    id: str
    hash: str


@dataclass(frozen=True)
class Styles:
    """A style vector w for each layer of a generator: `data` holds (layers, width) fp32 values, little-endian."""

    layers: int
    width: int
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.data) != 4 * self.layers * self.width or not self.data:
            raise ValueError(f"{len(self.data)} bytes are no {self.layers} × {self.width} values")

    @classmethod
    def of(cls, values: npt.NDArray[np.floating[Any]]) -> Styles:
        """From (layers, width) numbers; ValueError where one of them is not finite."""
        import numpy as np

        exact = np.ascontiguousarray(values, dtype="<f4")
        if not np.isfinite(exact).all():
            raise ValueError("a code of numbers that are not finite")
        return cls(exact.shape[0], exact.shape[1], exact.tobytes())

    def array(self) -> npt.NDArray[np.float32]:
        """(layers, width)."""
        import numpy as np

        return np.frombuffer(self.data, dtype="<f4").reshape(self.layers, self.width).astype(np.float32)


@dataclass(frozen=True)
class Bend:
    """A change of a generator's features on their way: of those that are `side` pixels a side, and of a share of their channels.

    `channels` is a part of them, from 0 to 1; which ones, `seed` decides. See `BEND_RANGES` for amounts.
    """

    kind: BendKind
    amount: float
    side: int
    channels: float = 1.0
    seed: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing."""
        return self.amount == BEND_RANGES[self.kind][2] or self.channels <= 0

    def check(self) -> None:
        """BadRequest for a value out of its range."""
        if self.kind not in BEND_KINDS:
            raise BadRequest(f"The bend {self.kind}", f"it must be one of {', '.join(BEND_KINDS)}")
        low, high, _ = BEND_RANGES[self.kind]
        if not low <= self.amount <= high:
            raise BadRequest(f"The bend {self.kind} by {self.amount:g}", f"it must lie between {low:g} and {high:g}")
        if not 0 <= self.channels <= 1:
            raise BadRequest(f"A bend of {self.channels:g} of the channels", "it must lie between 0 and 1")


@dataclass(frozen=True)
class Latent:
    """A picture that a generator makes: the model, the code, and all else that it depends on."""

    model: ModelKey
    code: int | Styles
    """A seed, or a style for each layer."""
    truncation: float = 1.0
    """1: the code as it is; toward 0: ever nearer to the mean picture."""
    noise: int | None = 0
    """The seed of the finest, arbitrary detail; None: without it."""
    bends: tuple[Bend, ...] = ()
    tuning: str | None = None
    """The blob of a small change of the generator's weights, made for one photo; None: the generator as it was learnt."""
    side: int = CANVAS_SIDE
    """Of the picture on a canvas, in pixels."""
    name: str = ""

    @classmethod
    def of_seed(cls, model: ModelKey, seed: int, truncation: float = 1.0) -> Latent:
        """The picture that `generate` makes of a seed."""
        return cls(model, seed, truncation, seed, name=f"{model.id} {seed}")

    @property
    def width(self) -> int:
        return self.side

    @property
    def height(self) -> int:
        return self.side

    @property
    def blobs(self) -> tuple[str, ...]:
        return () if self.tuning is None else (self.tuning,)

    @property
    def key(self) -> str:
        """Tells its pixels from any others': the SHA-256 of its description, whatever it is called and however large it is shown."""
        return _digest(latent_to_plain(replace(self, side=1, name="")))

    def check(self) -> None:
        """BadRequest for a value out of its range."""
        if isinstance(self.code, int) and not 0 <= self.code <= GREATEST_SEED:
            raise BadRequest(f"The seed {self.code}", f"it must lie between 0 and {GREATEST_SEED}")
        if not 0 <= self.truncation <= 2:
            raise BadRequest(f"The truncation {self.truncation:g}", "it must lie between 0 and 2; 1 is all the variety that was learnt")
        if self.noise is not None and not 0 <= self.noise <= GREATEST_SEED:
            raise BadRequest(f"The seed of the noise {self.noise}", f"it must lie between 0 and {GREATEST_SEED}")
        if len(self.bends) > MOST_BENDS:
            raise BadRequest(f"{len(self.bends)} bends", f"a rack holds at most {MOST_BENDS}")
        for bend in self.bends:
            bend.check()
        if not 1 <= self.side <= 65536:
            raise BadRequest(f"A side of {self.side} pixels", "it must lie between 1 and 65536")


@dataclass(frozen=True)
class Morph:
    """A picture between two of one model: at 0 it is `a`, at 1 it has `b`'s code. Noise and bends are `a`'s, so that nothing flickers."""

    a: Latent
    b: Latent
    amount: float = 0.5
    name: str = ""

    @property
    def side(self) -> int:
        return self.a.side

    @property
    def width(self) -> int:
        return self.side

    @property
    def height(self) -> int:
        return self.side

    @property
    def blobs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.a.blobs, *self.b.blobs)))

    @property
    def key(self) -> str:
        return _digest([self.a.key, self.b.key, self.amount])

    def check(self) -> None:
        self.a.check()
        self.b.check()
        if not 0 <= self.amount <= 1:
            raise BadRequest(f"The amount {self.amount:g} of a morph", "it must lie between 0 and 1")


Generated = Latent | Morph
"""A source of pixels that a generator makes."""


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


# ---- plain values ----


def latent_to_plain(latent: Latent) -> dict[str, Any]:
    """As plain JSON values."""
    return {
        "kind": "latent",
        "model": vars(latent.model),
        "code": latent.code if isinstance(latent.code, int) else styles_to_plain(latent.code),
        "truncation": latent.truncation,
        "noise": latent.noise,
        "bends": [vars(bend) for bend in latent.bends],
        "tuning": latent.tuning,
        "side": latent.side,
        "name": latent.name,
    }


def latent_from_plain(plain: Mapping[str, Any]) -> Latent:
    """Back from plain values, unchecked; raises KeyError, TypeError or ValueError where they make none."""
    code = plain["code"]
    noise = plain["noise"]
    return Latent(
        ModelKey(str(plain["model"]["id"]), str(plain["model"]["hash"])),
        int(code) if isinstance(code, int) else styles_from_plain(code),
        _number(plain["truncation"]),
        None if noise is None else int(noise),
        tuple(bend_from_plain(bend) for bend in plain["bends"]),
        None if plain["tuning"] is None else str(plain["tuning"]),
        int(plain["side"]),
        str(plain["name"]),
    )


def bend_from_plain(plain: Mapping[str, Any]) -> Bend:
    """Raises KeyError, TypeError or ValueError where the values make no bend."""
    if plain["kind"] not in BEND_KINDS:
        raise ValueError(f"{plain['kind']!r} is no kind of bend")
    return Bend(plain["kind"], _number(plain["amount"]), int(plain["side"]), _number(plain["channels"]), int(plain["seed"]))


def generated_to_plain(source: Generated) -> dict[str, Any]:
    if isinstance(source, Latent):
        return latent_to_plain(source)
    ends = {"a": latent_to_plain(source.a), "b": latent_to_plain(source.b)}
    return {"kind": "morph", **ends, "amount": source.amount, "name": source.name}


def generated_from_plain(plain: Mapping[str, Any]) -> Generated:
    if plain["kind"] == "latent":
        return latent_from_plain(plain)
    return Morph(latent_from_plain(plain["a"]), latent_from_plain(plain["b"]), _number(plain["amount"]), str(plain["name"]))


def styles_to_plain(styles: Styles) -> dict[str, Any]:
    return {"layers": styles.layers, "width": styles.width, "data": base64.b64encode(styles.data).decode("ascii")}


def styles_from_plain(plain: Mapping[str, Any]) -> Styles:
    styles = Styles(int(plain["layers"]), int(plain["width"]), base64.b64decode(plain["data"], validate=True))
    return Styles.of(styles.array())  # finite, or ValueError


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is no number")
    return number
