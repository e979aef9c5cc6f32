"""The styles that the studio comes with, as cards: read from `resources` without torch, so that the gallery shows at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

GALLERY: Traversable = files("resources") / "styles"


@dataclass(frozen=True)
class StyleCard:
    """A gallery style: `thumbnail` is the house picture in that style (WebP bytes are read with `thumbnail_bytes`)."""

    id: str
    title: str
    painter: str
    """Who painted it; empty for styles drawn by the project."""
    year: str
    tags: tuple[str, ...] = ()

    def thumbnail_bytes(self) -> bytes:
        return (GALLERY / "thumbnails" / f"{self.id}.webp").read_bytes()

    @property
    def caption(self) -> str:
        return f"{self.painter}, {self.title}" if self.painter else self.title


def cards() -> tuple[StyleCard, ...]:
    """All gallery styles in their order."""
    listed: list[dict[str, Any]] = json.loads((GALLERY / "gallery.json").read_text(encoding="utf-8"))["styles"]
    return tuple(StyleCard(**{**card, "tags": tuple(card["tags"])}) for card in listed)


def find(name: str) -> StyleCard | None:
    """The style whose id or title is `name`, regardless of case; None where there is none."""
    wanted = name.casefold()
    return next((card for card in cards() if wanted in (card.id.casefold(), card.title.casefold())), None)
