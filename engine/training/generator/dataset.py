"""The prepared pictures of a run: one file of uint8 pixels and an index beside it, read as the steps ask for them.

A picture is read with a seek and a read, not through a memory map: mapped pages count as resident, and a set of 50,000
pictures should not look like gigabytes. The operating system keeps what is read often in its own cache.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.api import training
from engine.api.atomic import atomic_file, make_folder
from engine.api.errors import BadRequest, FileMissing
from engine.training.generator.holdout import held_out, name_bytes
from engine.training.generator.prefetch import Prefetcher

PIXELS_FILE = "pictures.u8"
INDEX_FILE = "pictures.json"
FORMAT = 2
"""1: which pictures are held out is not in the index. It followed from each name by itself, and still does for such a set."""

Fit: TypeAlias = training.Fit
Pixels: TypeAlias = npt.NDArray[np.uint8]
Indices: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entry:
    """A picture's file: its path within the folder with forward slashes, size in bytes, time of change, and SHA-256."""

    name: str
    bytes: int = 0
    modified_ns: int = 0
    digest: str = ""


class PictureSet:
    """Prepared pictures, (3, size, size) uint8 RGB each. To be closed; also a context manager.

    `train` and `held`: positions of the pictures that are trained on and of those held out. `data_hash` names the contents:
    equal for equal files under equal names, prepared at the same size in the same way, on whatever machine. `left_out`: the
    files of the folder that were seen and not taken.

    Raises FileMissing where no set was prepared, BadRequest for one that is damaged.
    """

    def __init__(self, store: Path) -> None:
        index = _read_index(store / INDEX_FILE)
        self.store = store
        self.size: int = index["size"]
        self.fit: Fit = index["fit"]
        self.folder = Path(index["folder"])
        self.data_hash: str = index["data_hash"]
        self.entries: tuple[Entry, ...] = tuple(Entry(**entry) for entry in index["pictures"])
        self.names: tuple[str, ...] = tuple(entry.name for entry in self.entries)
        self.left_out: frozenset[str] = frozenset(index["left_out"])
        self.train, self.held = _stored_split(store / INDEX_FILE, index.get("held"), self.names)
        self._streams: list[Prefetcher] = []
        expected = len(self.names) * self._stride
        found = (store / PIXELS_FILE).stat().st_size if (store / PIXELS_FILE).is_file() else 0
        if found != expected:
            raise BadRequest(store / PIXELS_FILE, f"it holds {found} bytes instead of {expected}; remove the run and begin again")
        self._file = (store / PIXELS_FILE).open("rb", buffering=0)

    def __len__(self) -> int:
        return len(self.names)

    def __enter__(self) -> PictureSet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the reading ahead and let go of the file; may be called twice."""
        for stream in self._streams:
            stream.close()
        self._streams.clear()
        self._file.close()

    def path(self, index: int) -> Path:
        """The original of a picture, where it was when the set was prepared."""
        return self.folder / self.names[index]

    def pictures(self, indices: Iterable[int] | Indices) -> Pixels:
        """uint8 (count, 3, size, size). Not for two threads at once: a stream reads through a file of its own."""
        return self._read(self._file, list(indices))

    def batch(self, rng: np.random.Generator, count: int) -> Pixels:
        """`count` training pictures, uint8 (count, 3, size, size), drawn by `rng`; none comes twice while there are enough."""
        return self.pictures(self.draw(rng, count))

    def draw(self, rng: np.random.Generator, count: int) -> Indices:
        """Which pictures `batch` takes: positions in `names`."""
        return rng.choice(self.train, count, replace=count > len(self.train))

    def stream(self, rng_of: Callable[[int], np.random.Generator], count: int, first: int = 0) -> Prefetcher:
        """Batches read ahead by a thread: `take(step)` gives what `batch(rng_of(step), count)` gives. Closed with the set."""

        def read(step: int) -> Pixels:
            with (self.store / PIXELS_FILE).open("rb", buffering=0) as file:
                return self._read(file, self.draw(rng_of(step), count).tolist())

        stream = Prefetcher(read, first)
        self._streams.append(stream)
        return stream

    @property
    def _stride(self) -> int:
        return 3 * self.size * self.size

    def _read(self, file: Any, indices: Sequence[int]) -> Pixels:
        pixels = np.empty((len(indices), 3, self.size, self.size), np.uint8)
        rows = pixels.reshape(len(indices), self._stride)
        for row, index in zip(rows, indices, strict=True):
            if not 0 <= index < len(self.names):
                raise IndexError(f"picture {index} of {len(self.names)}")
            file.seek(int(index) * self._stride)
            if file.readinto(row) != self._stride:
                raise BadRequest(self.store / PIXELS_FILE, "it was cut short while it was in use; remove the run and begin again")
        return pixels


class SetWriter:
    """Takes pictures one by one while `writing` holds the file open."""

    def __init__(self, file: Any, size: int) -> None:
        self._file, self._size = file, size
        self.entries: list[Entry] = []
        self.left_out: list[str] = []

    def add(self, entry: Entry, pixels: Pixels) -> None:
        """`pixels`: uint8 (3, size, size)."""
        if pixels.shape != (3, self._size, self._size) or pixels.dtype != np.uint8:
            raise ValueError(f"a picture of this set is uint8 (3, {self._size}, {self._size}), not {pixels.dtype} {pixels.shape}")
        self._file.write(np.ascontiguousarray(pixels).data)
        self.entries.append(entry)


@contextmanager
def writing(store: Path, folder: Path, size: int, fit: Fit) -> Iterator[SetWriter]:
    """Make the set of a run; it is there when the block has ended well, and not at all otherwise. Raises as `atomic_file` does."""
    make_folder(store)
    (store / INDEX_FILE).unlink(missing_ok=True)  # an old index must not describe new pixels
    with atomic_file(store / PIXELS_FILE, overwrite=True) as file:
        writer = SetWriter(file, size)
        yield writer
    index = {
        "format": FORMAT,
        "size": size,
        "fit": fit,
        "folder": str(folder.absolute()),
        "data_hash": data_hash(writer.entries, size, fit),
        "pictures": [asdict(entry) for entry in writer.entries],
        "held": held_out([entry.name for entry in writer.entries]),
        "left_out": writer.left_out,
    }
    with atomic_file(store / INDEX_FILE, overwrite=True) as file:
        file.write(json.dumps(index, indent=0).encode())


def store_pictures(store: Path, pixels: Pixels, names: Sequence[str] | None = None, folder: Path | None = None) -> PictureSet:
    """A set from pictures in memory, uint8 (count, 3, size, size): for benchmarks and tests."""
    names = [f"{index:06d}.png" for index in range(len(pixels))] if names is None else names
    with writing(store, folder or store, pixels.shape[2], "centre") as writer:
        for name, picture in zip(names, pixels, strict=True):
            writer.add(Entry(name, digest=hashlib.sha256(np.ascontiguousarray(picture).data).hexdigest()), picture)
    return PictureSet(store)


def data_hash(entries: Sequence[Entry], size: int, fit: Fit) -> str:
    """What a run was trained on, in 32 hexadecimal digits. Dates do not count, nor what is held out: a copied folder is the same data."""
    total = hashlib.sha256(f"1 {size} {fit}".encode())
    for entry in entries:
        total.update(b"\0" + name_bytes(entry.name) + b"\0" + entry.digest.encode())
    return total.hexdigest()[:32]


def _read_index(path: Path) -> dict[str, Any]:
    try:
        index = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise FileMissing(path) from error
    except ValueError as error:
        raise BadRequest(path, "it is damaged; remove the run and begin again") from error
    if not isinstance(index, dict) or index.get("format") not in range(1, FORMAT + 1):
        raise BadRequest(path, "it was written by another version of Sfumato; begin a new run")
    return index


def _stored_split(path: Path, held: object, names: Sequence[str]) -> tuple[Indices, Indices]:
    """(train, held): positions, ascending. Raises BadRequest where `held` names pictures that are not there."""
    if held is None:
        held = held_out(names, together=False)
    if not isinstance(held, list) or not all(isinstance(index, int) and 0 <= index < len(names) for index in held):
        raise BadRequest(path, "it is damaged; remove the run and begin again")
    chosen = set(held)
    if chosen and len(chosen) == len(names):
        raise BadRequest(path, "it leaves no picture to train on; remove the run and begin again")
    return np.array([index for index in range(len(names)) if index not in chosen], np.int64), np.array(sorted(chosen), np.int64)
