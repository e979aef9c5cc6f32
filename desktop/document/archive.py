"""The `.sfumato` file: a zip of `document.json`, the blobs that the document needs, and a thumbnail for file browsers.

Nothing in it is compressed (pictures already are) and nothing depends on the clock: saving twice gives the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from desktop.document import serialization
from desktop.document.document import Document
from desktop.document.lineage import without_lost
from engine.api.archive import BLOBS, DOCUMENT, MAX_BYTES, copy, unpack
from engine.api.atomic import atomic_file
from engine.api.errors import BadRequest, BlobMissing, FileUnreadable
from engine.api.recipe import BlobId, PictureStyle, Recipe

THUMBNAIL = "thumbnail.png"
_CHUNK = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold


def save(path: Path, document: Document, blobs_folder: Path, thumbnail: bytes | None = None) -> None:
    """Write the document with everything it needs, in place of the file `path`; a failure leaves the old file as it was.

    `thumbnail`: the bytes of a small PNG. Raises FolderMissing, NotWritable, DiskFull, BlobMissing where a picture of
    the document is not in `blobs_folder` as it was, and BadRequest where the pictures are too large together.
    """
    document = without_lost(document, (blob for blob in document.blobs() if (blobs_folder / blob).is_file()))
    sources = _sources(document, blobs_folder)
    with atomic_file(path, overwrite=True) as stream, zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(_member(DOCUMENT), serialization.encode(serialization.to_plain(document)))
        if thumbnail is not None:
            archive.writestr(_member(THUMBNAIL), thumbnail)
        for blob, source in sources.items():
            with archive.open(_member(BLOBS + blob, source.stat().st_size), "w") as member:
                if copy(_read_blob(source), member) != blob:
                    raise BlobMissing(_name(document.recipe, blob))


def load(path: Path, blobs_folder: Path) -> Document:
    """Read a document and take its pictures into `blobs_folder`, each checked against its id.

    Raises FileMissing, FileUnreadable, DocumentDamaged, BadRequest where a newer Sfumato made it, and NotWritable or DiskFull where the
    blobs cannot be kept.
    """

    def parse(data: bytes) -> tuple[Document, tuple[BlobId, ...]]:
        document = serialization.from_plain(serialization.decode(data, path), path)
        return document, tuple(document.blobs())

    return unpack(path, blobs_folder, parse, MAX_BYTES)


def _sources(document: Document, blobs_folder: Path) -> dict[BlobId, Path]:
    """The files of the document's blobs, all there and not too large together."""
    sources = {blob: blobs_folder / blob for blob in document.blobs()}
    for blob, source in sources.items():
        if not source.is_file():
            raise BlobMissing(_name(document.recipe, blob))
    total = sum(source.stat().st_size for source in sources.values())
    if total > MAX_BYTES:
        raise BadRequest(
            "The document", f"its pictures take {total:,} bytes and it can hold {MAX_BYTES:,}; remove a layer, or use smaller files"
        )
    return sources


def _name(recipe: Recipe, blob: BlobId) -> str:
    """What the artist calls a blob."""
    names = [layer.source.name for layer in recipe.layers if blob in layer.source.blobs]
    styles = [use.style for layer in recipe.layers for use in layer.styles]
    names += [style.name for style in styles if isinstance(style, PictureStyle) and style.blob == blob]
    return names[0] or blob


def _member(name: str, size: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 3  # "Unix" on every system, for the same bytes
    info.external_attr = 0o100644 << 16
    info.file_size = size  # tells `ZipFile.open` whether 64-bit sizes are needed
    return info


def _read_blob(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:  # told apart from one of the file that is written
        raise FileUnreadable(source, error.strerror or str(error)) from error
