"""Which ancestors of generated pictures belong to a document."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from desktop.document.document import Document, Kin
from engine.api.family import parents_of
from engine.api.latent import Latent, Morph, Styles
from engine.api.recipe import BlobId, Recipe

MOST_BYTES = 4 << 20
"""Of codes in one document: several hundred pictures of the usual generators. The nearest ancestors go first."""


def relatives(recipe: Recipe, known: Iterable[Kin]) -> tuple[Kin, ...]:
    """The pictures of the recipe and their ancestors among those that are known, the nearest first, as far as there is room."""
    by_key = {kin.latent.key: kin for kin in known}
    waiting = deque(key for layer in recipe.layers if isinstance(layer.source, Latent | Morph) for key in _roots(layer.source))
    found: dict[str, Kin] = {}
    room = MOST_BYTES
    while waiting:
        key = waiting.popleft()
        kin = by_key.get(key)
        if kin is None or key in found:
            continue
        room -= _weight(kin)
        if room < 0:
            break
        found[key] = kin
        waiting.extend(parent.key for parent in parents_of(kin.place))
    return tuple(found.values())


def without_lost(document: Document, is_there: Iterable[BlobId]) -> Document:
    """Without those relatives whose blobs are gone: they do not keep the document from being saved."""
    there = set(is_there)
    return replace(document, family=tuple(kin for kin in document.family if there.issuperset(kin.blobs)))


def _roots(source: Latent | Morph) -> tuple[str, ...]:
    return (source.key,) if isinstance(source, Latent) else (source.key, source.a.key, source.b.key)


def _weight(kin: Kin) -> int:
    pictures = (kin.latent, *parents_of(kin.place))
    return sum(256 + (len(picture.code.data) if isinstance(picture.code, Styles) else 0) for picture in pictures)
