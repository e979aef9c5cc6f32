"""What can be dropped on the canvas, and what it can become there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData

from desktop.document.document import DOCUMENT_SUFFIX
from desktop.views.gallery_model import STYLES_MIME

Kind = Literal["files", "folder", "document", "image", "styles"]
Action = Literal["photo", "style", "layer", "mix"]


@dataclass(frozen=True)
class Payload:
    """What is being dragged: local files, a folder, a document of the studio, pixels without a file, or gallery styles (by key)."""

    kind: Kind
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class DropZone:
    """One thing that a drop can do, as the overlay names it."""

    action: Action
    icon: str
    title: str
    text: str


def payload_of(mime: QMimeData) -> Payload | None:
    """What the canvas can take from `mime`; None where there is nothing."""
    if mime.hasFormat(STYLES_MIME):
        styles = _style_keys(mime.data(STYLES_MIME).data())
        return Payload("styles", styles) if styles else None
    paths = tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile())
    if paths and Path(paths[0]).is_dir():
        return Payload("folder", paths[:1])
    if paths:
        is_document = paths[0].lower().endswith(DOCUMENT_SUFFIX)
        return Payload("document", paths[:1]) if is_document else Payload("files", paths)
    return Payload("image") if mime.hasImage() else None


def _style_keys(data: bytes | bytearray | memoryview) -> tuple[str, ...]:
    # Another program may use the same name for something else: what is not a list of texts is nothing.
    try:
        listed = json.loads(bytes(data))
    except ValueError:
        return ()
    return tuple(item for item in listed if isinstance(item, str)) if isinstance(listed, list) else ()


def zones_for(payload: Payload, has_photo: bool) -> tuple[DropZone, ...]:
    """What this payload can become, from left to right."""
    many = len(payload.items) > 1
    photo = DropZone("photo", "photo", "Replace photo" if has_photo else "Use as photo", "The picture to paint")
    if payload.kind == "document":
        return (DropZone("photo", "open", "Open document", "With its photo, styles and history"),)
    if payload.kind == "folder":
        return (DropZone("photo", "train", "Train on this folder", "A generator learns from its pictures"),)
    if payload.kind == "image":
        return (photo,)
    if payload.kind == "styles":
        several = f"Paint with these {len(payload.items)} styles" if many else "Paint with this style alone"
        apply = DropZone("style", "brush", "Apply styles" if many else "Apply style", several)
        return (apply, DropZone("mix", "plus", "Add to the mix", "Blend with the styles in use"))
    style = DropZone("style", "brush", "Use as styles" if many else "Use as style", "Its colours and strokes")
    layer = DropZone("layer", "layers", "Blend as a layer", "Laid over the photo")
    return (photo, style, layer) if has_photo else (photo, style)
