"""Opening a `.sfumato` file: a zip of `document.json`, the blobs that it needs, and a thumbnail. The studio writes it; see
`desktop.document.archive`."""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from engine.api.atomic import atomic_file, make_folder
from engine.api.errors import DocumentDamaged, FileMissing, FileUnreadable
from engine.api.recipe import BlobId

DOCUMENT = "document.json"
BLOBS = "blobs/"

MAX_BYTES = 4 << 30
"""How much the pictures of a document may take together, unpacked: what is saved can be opened, and a zip bomb cannot."""
MAX_JSON_BYTES = 16 << 20

FORMAT = 1
"""The newest format of documents; `desktop.document.migrations` takes older ones to it."""

T = TypeVar("T")

_CHUNK = 1 << 20
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


def unpack(path: Path, blobs_folder: Path, parse: Callable[[bytes], tuple[T, tuple[BlobId, ...]]], max_bytes: int = MAX_BYTES) -> T:
    """Read a document with `parse`, which gives its value and its blobs, and take those into `blobs_folder`, checked against their ids.

    Nothing but `document.json` and the blobs that it names is read, and no name from the file is used as a path: `parse` gives SHA-256
    only. Raises FileMissing, FileUnreadable, DocumentDamaged, NotWritable, DiskFull, and what `parse` raises.
    """
    with _opened(path) as archive:
        info = _info(archive, DOCUMENT, path)
        if info.file_size > MAX_JSON_BYTES:
            raise DocumentDamaged(path, f"its description claims {info.file_size:,} bytes")
        value, blobs = parse(b"".join(_read_member(archive, info, path)))
        members = {blob: _info(archive, BLOBS + blob, path) for blob in blobs if not _holds(blobs_folder / blob, blob)}
        total = sum(info.file_size for info in members.values())
        if total > max_bytes:
            raise DocumentDamaged(path, f"its pictures claim {total:,} bytes, and at most {max_bytes:,} are opened")
        for blob, info in members.items():
            _take_in(archive, info, blob, blobs_folder, path)
    return value


def copy(chunks: Iterator[bytes], target: IO[bytes]) -> BlobId:
    """Write all chunks and return their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _holds(file: Path, blob: BlobId) -> bool:
    """Whether the library's file is the blob; one that is damaged is mended by opening a document that has it. One that is whole is
    touched: what was used just now is not pruned (see `engine.latent.pruning`)."""
    try:
        os.utime(file)
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == blob
    except OSError:
        return False


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
        if copy(_read_member(archive, info, path), target) != blob:
            raise DocumentDamaged(path, f"its picture {blob[:12]}… is not what was saved")
