from __future__ import annotations

import hashlib
import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.errors import BlobMissing, NotAnImage, NotWritable
from engine.blobs import BlobStore
from engine.imaging.files import load_bytes
from engine.imaging.picture import Picture


def png(value: int, side: int = 8) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), (value, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "home" / "blobs")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names under which pictures were decoded."""
    names: list[str] = []

    def counted(data: bytes, name: str) -> Picture:
        names.append(name)
        return load_bytes(data, name)

    monkeypatch.setattr("engine.blobs.load_bytes", counted)
    return names


def test_bytes_come_back_under_their_sha256(store: BlobStore) -> None:
    blob = store.add(b"a picture")
    assert blob == hashlib.sha256(b"a picture").hexdigest()
    assert store.read(blob) == store.path(blob).read_bytes() == b"a picture"


def test_the_same_bytes_are_kept_once_and_not_written_again(store: BlobStore) -> None:
    first = store.add(b"a picture")
    os.utime(store.path(first), (1e9, 1e9))
    before = store.path(first).stat()
    assert store.add(b"a picture") == first
    after = store.path(first).stat()
    assert before.st_ino == after.st_ino
    assert after.st_mtime > before.st_mtime, "it is touched: it was used just now"
    assert [path.name for path in store.folder.iterdir()] == [first]


def test_a_missing_blob_is_named_by_its_picture(store: BlobStore) -> None:
    with pytest.raises(BlobMissing, match=r"The picture cat\.jpg is not on this machine"):
        store.read("0" * 64, "cat.jpg")
    with pytest.raises(BlobMissing, match="000"):
        store.picture("0" * 64)


def test_damaged_bytes_are_refused_and_mended_by_adding_them_again(store: BlobStore) -> None:
    blob = store.add(b"a picture")
    store.path(blob).write_bytes(b"b picture")
    with pytest.raises(BlobMissing):
        store.read(blob)
    store.add(b"a picture")
    assert store.read(blob) == b"a picture"


@pytest.mark.parametrize("blob", ["", "../settings.json", "/etc/hostname", "A" * 64, "0" * 64 + "\n"])
def test_an_id_cannot_lead_out_of_the_folder(store: BlobStore, blob: str) -> None:
    with pytest.raises(BlobMissing):
        store.path(blob)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(NotWritable, match="home"):
        BlobStore(tmp_path / "home" / "blobs").add(b"a picture")


def test_a_picture_is_decoded_once(store: BlobStore, decoded: list[str]) -> None:
    blob = store.add(png(200))
    picture = store.picture(blob, "red.png")
    np.testing.assert_array_equal(picture.pixels, np.broadcast_to(np.array([200, 0, 0], np.uint8), (8, 8, 3)))
    assert store.picture(blob) is picture
    assert decoded == ["red.png"]
    store.forget()
    store.picture(blob)
    assert decoded == ["red.png", blob]


def test_what_is_no_picture_is_named(store: BlobStore) -> None:
    with pytest.raises(NotAnImage, match=r"notes\.txt"):
        store.picture(store.add(b"just text"), "notes.txt")


def test_the_cache_drops_what_was_not_used_for_longest(tmp_path: Path, decoded: list[str]) -> None:
    store = BlobStore(tmp_path, cache_bytes=2 * 8 * 8 * 3)
    red, dark, black = (store.add(png(value)) for value in (200, 100, 0))
    for blob in (red, dark, red, black):  # black pushes out dark
        store.picture(blob)
    decoded.clear()
    for blob in (red, black, dark):
        store.picture(blob)
    assert decoded == [dark]


def test_a_picture_larger_than_the_cache_pushes_nothing_out(tmp_path: Path, decoded: list[str]) -> None:
    store = BlobStore(tmp_path, cache_bytes=8 * 8 * 3)
    small, large = store.add(png(200)), store.add(png(200, side=9))
    for blob in (small, large, small, large):
        store.picture(blob)
    assert decoded == [small, large, large]


def test_threads_may_share_a_store(tmp_path: Path) -> None:
    store = BlobStore(tmp_path, cache_bytes=2 * 8 * 8 * 3)
    pictures = [png(value) for value in range(0, 250, 50)]
    wrong: list[object] = []

    def work() -> None:
        for _ in range(20):
            for at, data in enumerate(pictures):
                value = int(store.picture(store.add(data)).pixels[0, 0, 0])
                if value != 50 * at:
                    wrong.append(value)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(list(tmp_path.iterdir())) == len(pictures)
