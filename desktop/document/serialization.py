"""A document as JSON, in an archive or in a recovery file."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from desktop.document.document import Document, Kin, View
from desktop.document.migrations import FORMAT, Plain, format_of, migrate
from engine.api import recipe
from engine.api.errors import BadRequest, DocumentDamaged
from engine.api.latent import latent_from_plain, latent_to_plain
from engine.api.place_values import place_from_plain, place_to_plain

_log = logging.getLogger(__name__)
_BLOB_ID = re.compile(r"[0-9a-f]{64}")


def to_plain(document: Document) -> Plain:
    """The document in the current format, as plain JSON values."""
    view = {"zoom": document.view.zoom, "center": document.view.center}
    plain = {"format": FORMAT, "saved_with": _version(), "recipe": recipe.to_plain(document.recipe), "view": view}
    return plain | {"family": [_kin_to_plain(kin) for kin in document.family]} if document.family else plain


def from_plain(values: Any, subject: object) -> Document:
    """The document back from plain values of any known format; `subject` names its file in an error.

    Raises DocumentDamaged where they make no document, and BadRequest where a newer Sfumato wrote them. Every blob id of the
    document is one: it can be used as a file's name.
    """
    try:
        number = format_of(values)
        document = None if number > FORMAT else _document(migrate(values))
    except BadRequest as error:
        raise DocumentDamaged(subject, str(error).rstrip(".")) from error
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DocumentDamaged(subject, f"its contents make no sense: {error!r}") from error
    if document is None:
        raise BadRequest(subject, f"it was made by a newer Sfumato (document format {number}); update Sfumato to open it")
    return document


def encode(values: Plain) -> bytes:
    """Plain values as JSON with sorted keys: the same values are the same bytes.

    ASCII, because a name from a disk may hold bytes that are no Unicode (lone surrogates), which UTF-8 refuses.
    """
    return json.dumps(values, sort_keys=True, indent=1, allow_nan=False).encode("ascii")


def decode(data: bytes, subject: object) -> Any:
    """Plain values from JSON; raises DocumentDamaged where it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:  # ValueError: no JSON, or no Unicode
        raise DocumentDamaged(subject, "it holds no valid JSON") from error


def _document(values: Plain) -> Document:
    document = Document(recipe.from_plain(values["recipe"]), _view(values["view"]), tuple(_family(values.get("family"))))
    for blob in document.blobs():
        if not _BLOB_ID.fullmatch(blob):
            raise ValueError(f"{blob[:80]!r} is no blob id")
    for layer in document.recipe.layers:
        if min(layer.source.width, layer.source.height) < 1:
            raise ValueError(f"a photo of {layer.source.width} × {layer.source.height} pixels")
    return document


def _kin_to_plain(kin: Kin) -> Plain:
    return {"latent": latent_to_plain(kin.latent), "place": place_to_plain(kin.place), "name": kin.name}


def _family(plain: Any) -> Iterator[Kin]:
    """Those that this version can read: the picture itself does not need them."""
    for values in plain if isinstance(plain, list) else ():
        try:
            kin = Kin(latent_from_plain(values["latent"]), place_from_plain(values["place"]), str(values["name"]))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            _log.info("left out of the document's family: %r", error)
            continue
        if all(_BLOB_ID.fullmatch(blob) for blob in kin.blobs):
            yield kin


def _view(plain: Plain) -> View:
    zoom, center = plain["zoom"], plain["center"]
    view = View(None if zoom is None else float(zoom), None if center is None else (float(center[0]), float(center[1])))
    if not all(map(math.isfinite, (view.zoom or 0.0, *(view.center or ())))):
        raise ValueError(f"{plain!r} is no view")
    return view


@cache
def _version() -> str:
    try:
        return version("sfumato")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "unknown"
