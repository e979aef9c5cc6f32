"""The bytes of every picture taken in, each kept once, named by their SHA-256 and never changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from collections import OrderedDict
from pathlib import Path

from engine.api.atomic import atomic_file, make_folder
from engine.api.errors import BlobMissing
from engine.api.recipe import BlobId
from engine.device import trim_memory
from engine.imaging.files import load_bytes, opened, sha256_of
from engine.imaging.large import is_large_file
from engine.imaging.picture import Picture
from engine.unpacked import Unpacked

CACHE_BYTES = 512 * 2**20
"""How much of decoded pictures is kept in memory."""

COPIED = 2**20
"""Bytes that are copied at a time."""

TRIMMED_FROM = 16 * 2**20
"""From so large a picture on, what its decoding took is given back to the system at once."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """A folder of blobs and a cache of the pictures in them. Any thread may use it."""

    def __init__(self, folder: Path, cache_bytes: int = CACHE_BYTES) -> None:
        self.folder = folder
        self._cache_bytes = cache_bytes
        self._decoded: OrderedDict[BlobId, Picture] = OrderedDict()  # the least recently used first
        self._lock = threading.Lock()
        self._large: dict[BlobId, bool] = {}
        self.unpacked = Unpacked(folder.with_name("unpacked"))

    def add(self, data: bytes) -> BlobId:
        """Keep the bytes; the same bytes give the same id. What is there already is touched. Raises NotWritable or DiskFull."""
        blob = hashlib.sha256(data).hexdigest()
        path = self.path(blob)
        if not _holds(path, data):  # also a file that was damaged: dropping the picture again mends it
            make_folder(self.folder)
            with atomic_file(path, overwrite=True) as stream:
                stream.write(data)
        return blob

    def add_file(self, source: Path) -> BlobId:
        """Keep the bytes of a file that may be larger than memory. Raises FileMissing, FileUnreadable, NotWritable or DiskFull."""
        blob = sha256_of(source)
        path = self.path(blob)
        if not (path.is_file() and sha256_of(path) == blob):
            make_folder(self.folder)
            with opened(source) as stream, atomic_file(path, overwrite=True) as copy:
                shutil.copyfileobj(stream, copy, COPIED)
        return blob

    def is_large(self, blob: BlobId) -> bool:
        """Whether its picture has too many pixels to be held whole, as far as its header tells. The header is read once."""
        if blob not in self._large and self.holds(blob):
            self._large[blob] = is_large_file(self.folder / blob)
        return self._large.get(blob, False)

    def verified(self, blob: BlobId, name: str = "") -> Path:
        """Where its bytes are; raises BlobMissing, which calls the picture by its name, where they are not what they were."""
        path = self.path(blob)
        if not path.is_file() or sha256_of(path) != blob:
            raise BlobMissing(name or blob)
        return path

    def path(self, blob: BlobId) -> Path:
        """Where the blob's bytes are, or would be. Raises BlobMissing where `blob` is no SHA-256: ids come from documents, and must
        not lead out of the folder."""
        if not _SHA256.fullmatch(blob):
            raise BlobMissing(blob)
        return self.folder / blob

    def holds(self, blob: BlobId) -> bool:
        """Whether there is a file of this blob; False for what is no id at all."""
        return _SHA256.fullmatch(blob) is not None and (self.folder / blob).is_file()

    def read(self, blob: BlobId, name: str = "") -> bytes:
        """The bytes; raises BlobMissing, which calls the picture by its name, where they are not there or not what they were."""
        try:
            data = self.path(blob).read_bytes()
        except OSError as error:
            raise BlobMissing(name or blob) from error
        if hashlib.sha256(data).hexdigest() != blob:
            raise BlobMissing(name or blob)
        return data

    def picture(self, blob: BlobId, name: str = "") -> Picture:
        """The decoded picture; raises BlobMissing, or what `files.load_bytes` raises. Takes as long as decoding does, unless it
        was wanted lately."""
        with self._lock:
            if blob in self._decoded:
                self._decoded.move_to_end(blob)
                return self._decoded[blob]
        picture = load_bytes(self.read(blob, name), name or blob)  # outside the lock: meanwhile other threads find what is cached
        if _size(picture) > TRIMMED_FROM:
            trim_memory()
        with self._lock:
            self._remember(blob, picture)
        return picture

    def forget(self) -> None:
        """Empty the cache."""
        with self._lock:
            self._decoded.clear()

    def _remember(self, blob: BlobId, picture: Picture) -> None:
        if _size(picture) > self._cache_bytes:
            return  # it would push out all others and still not fit
        self._decoded[blob] = picture
        self._decoded.move_to_end(blob)
        while sum(map(_size, self._decoded.values())) > self._cache_bytes:
            self._decoded.popitem(last=False)


def _holds(path: Path, data: bytes) -> bool:
    try:
        os.utime(path)
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _size(picture: Picture) -> int:
    return picture.pixels.nbytes + (0 if picture.alpha is None else picture.alpha.nbytes)
