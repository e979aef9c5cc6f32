"""The `.sfumato` file: a zip of `document.json`, the blobs that the document needs, and a thumbnail for file browsers.

Nothing in it is compressed (pictures already are) and nothing depends on the clock: saving twice gives the same bytes.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from desktop.document import serialization
from desktop.document.document import Document
from engine.api.atomic import atomic_file, make_folder
from engine.api.errors import BadRequest, BlobMissing, DocumentDamaged, FileMissing, FileUnreadable
from engine.api.recipe import BlobId, PictureStyle, Recipe

DOCUMENT = "document.json"
THUMBNAIL = "thumbnail.png"
BLOBS = "blobs/"

MAX_BYTES = 4 << 30
"""How much the pictures of a document may take together, unpacked: what is saved can be opened, and a zip bomb cannot."""
MAX_JSON_BYTES = 16 << 20

_CHUNK = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What `zipfile` is known to raise on damaged, encrypted or foreign files."""


def save(path: Path, document: Document, blobs_folder: Path, thumbnail: bytes | None = None) -> None:
    """Write the document with everything it needs, in place of the file `path`; a failure leaves the old file as it was.

    `thumbnail`: the bytes of a small PNG. Raises FolderMissing, NotWritable, DiskFull, BlobMissing where a picture of
    the document is not in `blobs_folder` as it was, and BadRequest where the pictures are too large together.
    """
    sources = _sources(document.recipe, blobs_folder)
    with atomic_file(path, overwrite=True) as stream, zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(_member(DOCUMENT), serialization.encode(serialization.to_plain(document)))
        if thumbnail is not None:
            archive.writestr(_member(THUMBNAIL), thumbnail)
        for blob, source in sources.items():
            with archive.open(_member(BLOBS + blob, source.stat().st_size), "w") as member:
                if _copy(_read_blob(source), member) != blob:
                    raise BlobMissing(_name(document.recipe, blob))


def load(path: Path, blobs_folder: Path) -> Document:
    """Read a document and take its pictures into `blobs_folder`, each checked against its id.

    Nothing but `document.json` and the blobs that it names is read, and no name from the file is used as a path. Raises
    FileMissing, FileUnreadable, DocumentDamaged, BadRequest where a newer Sfumato made it, and NotWritable or DiskFull
    where the blobs cannot be kept.
    """
    with _opened(path) as archive:
        info = _info(archive, DOCUMENT, path)
        if info.file_size > MAX_JSON_BYTES:
            raise DocumentDamaged(path, f"its description claims {info.file_size:,} bytes")
        data = b"".join(_read_member(archive, info, path))
        document = serialization.from_plain(serialization.decode(data, path), path)
        members = {blob: _info(archive, BLOBS + blob, path) for blob in document.recipe.blobs() if not _holds(blobs_folder / blob, blob)}
        total = sum(info.file_size for info in members.values())
        if total > MAX_BYTES:
            raise DocumentDamaged(path, f"its pictures claim {total:,} bytes, and at most {MAX_BYTES:,} are opened")
        for blob, info in members.items():
            _take_in(archive, info, blob, blobs_folder, path)
    return document


def _sources(recipe: Recipe, blobs_folder: Path) -> dict[BlobId, Path]:
    """The files of the recipe's blobs, all there and not too large together."""
    sources = {blob: blobs_folder / blob for blob in recipe.blobs()}
    for blob, source in sources.items():
        if not source.is_file():
            raise BlobMissing(_name(recipe, blob))
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


def _copy(chunks: Iterator[bytes], target: IO[bytes]) -> BlobId:
    """Write all chunks and return their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _holds(file: Path, blob: BlobId) -> bool:
    """Whether the library's file is the blob; one that is damaged is mended by opening a document that has it."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == blob
    except OSError:
        return False


def _read_blob(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:  # told apart from one of the file that is written
        raise FileUnreadable(source, error.strerror or str(error)) from error


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    with _damage_told(path), archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            yield chunk


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise FileMissing(path) from error
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error
    with stream:
        with _damage_told(path):
            archive = zipfile.ZipFile(stream)
        with archive:
            yield archive


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _ZIP_ERRORS as error:
        raise DocumentDamaged(path, f"it is not a whole Sfumato document: {error}") from error
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error


def _info(archive: zipfile.ZipFile, name: str, path: Path) -> zipfile.ZipInfo:
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise DocumentDamaged(path, f"it holds no {name}") from error
    if info.compress_type not in _READABLE:
        raise DocumentDamaged(path, f"its {name} is packed in a way that Sfumato does not use")
    return info


def _take_in(archive: zipfile.ZipFile, info: zipfile.ZipInfo, blob: BlobId, blobs_folder: Path, path: Path) -> None:
    """Keep a blob, once its bytes are known to be the ones that its id promises."""
    make_folder(blobs_folder)
    with atomic_file(blobs_folder / blob, overwrite=True) as target:
        if _copy(_read_member(archive, info, path), target) != blob:
            raise DocumentDamaged(path, f"its picture {blob[:12]}… is not what was saved")
