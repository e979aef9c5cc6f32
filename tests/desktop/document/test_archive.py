"""The `.sfumato` file: whole or not at all, and nothing in it is believed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.document import archive, serialization
from desktop.document.document import Document, View
from desktop.document.migrations import FORMAT
from engine.api import archive as packed
from engine.api.errors import (
    BadRequest,
    BlobMissing,
    DiskFull,
    DocumentDamaged,
    FileMissing,
    FileUnreadable,
    FolderMissing,
    NotWritable,
    SfumatoError,
)
from engine.api.recipe import Layer, Photo, PictureStyle, Recipe, StyleUse
from tests.desktop.document.strategies import PICTURES, documents

SEA, WAVE = b"the sea" * 500, b"a wave" * 400


def keep(folder: Path, pictures: Iterable[bytes]) -> list[str]:
    folder.mkdir(exist_ok=True)
    ids = [hashlib.sha256(data).hexdigest() for data in pictures]
    for blob, data in zip(ids, pictures, strict=True):
        (folder / blob).write_bytes(data)
    return ids


@pytest.fixture
def blobs(tmp_path: Path) -> Path:
    keep(tmp_path / "blobs", (SEA, WAVE))
    return tmp_path / "blobs"


@pytest.fixture
def document(blobs: Path) -> Document:
    sea, wave = keep(blobs, (SEA, WAVE))
    return Document(Recipe((Layer(Photo(sea, 4, 3, "sea.jpg"), (StyleUse(PictureStyle(wave, "wave.png")),)),)), View(2.0, (1.0, 1.0)))


@pytest.fixture
def saved(tmp_path: Path, document: Document, blobs: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    archive.save(folder / "sky.sfumato", document, blobs, b"PNG")
    return folder / "sky.sfumato"


def rewritten(path: Path, changes: dict[str, bytes | None], **options: Any) -> Path:
    """The archive with members replaced, added or (None) left out."""
    with zipfile.ZipFile(path) as old:
        members = dict[str, bytes | None]((name, old.read(name)) for name in old.namelist()) | changes
    with zipfile.ZipFile(path, "w", **options) as new:
        for name, data in members.items():
            if data is not None:
                new.writestr(name, data)
    return path


def assert_alone(path: Path) -> None:
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@settings(max_examples=25, deadline=None)
@given(documents, st.none() | st.binary(max_size=20))
def test_round_trip_on_another_machine(document: Document, thumbnail: bytes | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        here, there = Path(name, "here"), Path(name, "far", "there")
        keep(here, PICTURES.values())
        first, second = Path(name, "first.sfumato"), Path(name, "second.sfumato")
        archive.save(first, document, here, thumbnail)
        assert archive.load(first, there) == document
        taken = {file.name: file.read_bytes() for file in there.iterdir()} if document.recipe.layers else {}
        assert taken == {blob: PICTURES[blob] for blob in document.recipe.blobs()}
        archive.save(second, document, there if document.recipe.layers else here, thumbnail)
        assert first.read_bytes() == second.read_bytes()


def test_any_zip_program_can_look_inside(saved: Path, document: Document) -> None:
    with zipfile.ZipFile(saved) as file:
        assert file.testzip() is None
        assert file.namelist() == ["document.json", "thumbnail.png", *(f"blobs/{blob}" for blob in document.recipe.blobs())]
        assert file.read("thumbnail.png") == b"PNG"
        assert json.loads(file.read("document.json")).keys() == {"format", "recipe", "view", "saved_with"}
    assert_alone(saved)


def test_saving_replaces(saved: Path, blobs: Path) -> None:
    archive.save(saved, Document(), blobs)
    assert archive.load(saved, blobs) == Document()
    assert_alone(saved)


@pytest.mark.parametrize("where", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, DiskFull), (errno.EACCES, NotWritable), (errno.EROFS, NotWritable), (errno.EIO, NotWritable)]
)
def test_a_failing_disk_keeps_the_old_file(
    saved: Path, blobs: Path, monkeypatch: pytest.MonkeyPatch, where: str, number: int, expected: type[Exception]
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise OSError(number, os.strerror(number))

    before = saved.read_bytes()
    monkeypatch.setattr(*{"open": (zipfile.ZipFile, "open"), "fsync": (os, "fsync"), "replace": (Path, "replace")}[where], fail)
    with pytest.raises(expected, match=r"sky\.sfumato"):
        archive.save(saved, Document(), blobs)
    assert saved.read_bytes() == before
    assert_alone(saved)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's own")
@pytest.mark.parametrize("size", [100, 3_000_000])
def test_a_really_full_disk(saved: Path, blobs: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    (blob,) = keep(blobs, (os.urandom(size),))
    before = saved.read_bytes()
    plain_open = Path.open

    def open_full(self: Path, mode: str) -> Any:
        if mode == "rb":
            return plain_open(self, mode)
        plain_open(self, mode).close()  # the temporary file is there to be cleared away
        return plain_open(Path("/dev/full"), "r+b")

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(DiskFull, match=r"There is no room on the disk for .*sky\.sfumato"):
        archive.save(saved, Document(Recipe((Layer(Photo(blob, 4, 3)),))), blobs)
    monkeypatch.undo()
    assert saved.read_bytes() == before
    assert_alone(saved)


def test_no_folder(tmp_path: Path, document: Document, blobs: Path) -> None:
    with pytest.raises(FolderMissing, match="nowhere does not exist"):
        archive.save(tmp_path / "nowhere" / "sky.sfumato", document, blobs)
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritable, match="it is a folder"):
        archive.save(tmp_path / "folder", document, blobs)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder(saved: Path, blobs: Path) -> None:
    saved.parent.chmod(0o500)
    try:
        with pytest.raises(NotWritable, match="permission denied"):
            archive.save(saved, Document(), blobs)
    finally:
        saved.parent.chmod(0o700)
    assert_alone(saved)


def test_a_picture_gone_from_the_library(saved: Path, document: Document, blobs: Path) -> None:
    before = saved.read_bytes()
    (blobs / hashlib.sha256(WAVE).hexdigest()).unlink()
    with pytest.raises(BlobMissing, match=r"The picture wave\.png is not on this machine"):
        archive.save(saved, document, blobs)
    assert saved.read_bytes() == before


def test_a_picture_damaged_in_the_library_is_not_saved(saved: Path, document: Document, blobs: Path) -> None:
    before = saved.read_bytes()
    (blobs / hashlib.sha256(SEA).hexdigest()).write_bytes(b"rotten")
    with pytest.raises(BlobMissing, match=r"The picture sea\.jpg is not on this machine"):
        archive.save(saved, document, blobs)
    assert saved.read_bytes() == before
    assert_alone(saved)


def test_no_more_is_saved_than_can_be_opened(saved: Path, document: Document, blobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", len(SEA) + len(WAVE) - 1)
    with pytest.raises(BadRequest, match="remove a layer"):
        archive.save(saved, document, blobs)
    with pytest.raises(DocumentDamaged, match="its pictures claim 5,900 bytes"):
        archive.load(saved, saved.parent / "fresh")
    assert not (saved.parent / "fresh").exists()


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        archive.load(tmp_path / "sky.sfumato", tmp_path)
    with pytest.raises(FileUnreadable):
        archive.load(tmp_path, tmp_path)


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_no_document(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "sky.sfumato").write_bytes(data)
    with pytest.raises(DocumentDamaged, match=r"sky\.sfumato cannot be read"):
        archive.load(tmp_path / "sky.sfumato", tmp_path)


def test_a_truncated_file(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 97):
        saved.write_bytes(whole[:length])
        with pytest.raises(DocumentDamaged):
            archive.load(saved, tmp_path / "fresh")
    assert not (tmp_path / "fresh").exists()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_flipped_bits_are_noticed_or_do_not_matter(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        here, fresh, path = Path(name, "here"), Path(name, "fresh"), Path(name, "x.sfumato")
        (blob,) = keep(here, (b"picture",))
        document = Document(Recipe((Layer(Photo(blob, 4, 3, "sea.jpg")),)))
        archive.save(path, document, here)
        contents = bytearray(path.read_bytes())
        for position in data.draw(st.lists(st.integers(0, len(contents) - 1), min_size=1, max_size=4)):
            contents[position] ^= data.draw(st.integers(1, 255))
        path.write_bytes(contents)
        try:
            assert archive.load(path, fresh).recipe.layers[0].source.key == blob
            assert (fresh / blob).read_bytes() == b"picture"
        except SfumatoError:
            assert not fresh.exists() or not list(fresh.iterdir())


def test_a_picture_that_is_not_what_its_id_says(saved: Path, tmp_path: Path) -> None:
    sea = hashlib.sha256(SEA).hexdigest()
    rewritten(saved, {f"blobs/{sea}": b"something else"})
    with pytest.raises(DocumentDamaged, match="is not what was saved"):
        archive.load(saved, tmp_path / "fresh")
    assert list((tmp_path / "fresh").iterdir()) == []


def test_a_picture_that_is_missing_may_still_be_in_the_library(saved: Path, document: Document, blobs: Path, tmp_path: Path) -> None:
    sea = hashlib.sha256(SEA).hexdigest()
    rewritten(saved, {f"blobs/{sea}": None})
    with pytest.raises(DocumentDamaged, match=f"it holds no blobs/{sea}"):
        archive.load(saved, tmp_path / "fresh")
    assert archive.load(saved, blobs) == document


def test_opening_mends_a_damaged_library(saved: Path, document: Document, blobs: Path) -> None:
    (blobs / hashlib.sha256(SEA).hexdigest()).write_bytes(SEA[:-1])
    assert archive.load(saved, blobs) == document
    assert (blobs / hashlib.sha256(SEA).hexdigest()).read_bytes() == SEA


def test_only_what_the_document_names_is_read(saved: Path, document: Document, tmp_path: Path) -> None:
    fresh = tmp_path / "deep" / "fresh"
    rewritten(saved, {"../../evil": b"x", "/tmp/evil": b"x", "blobs/../evil": b"x", "blobs/" + "0" * 64: b"x", "C:\\evil": b"x"})
    assert archive.load(saved, fresh) == document
    assert {file.name for file in fresh.iterdir()} == set(document.recipe.blobs())
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("blob", ["../evil", "/tmp/evil", "..\\evil", "", ".", "con"])
def test_an_id_is_no_path(saved: Path, tmp_path: Path, blob: str) -> None:
    values = serialization.to_plain(Document(Recipe((Layer(Photo(blob, 1, 1)),))))
    rewritten(saved, {"document.json": serialization.encode(values), f"blobs/{blob}": b"x"})
    with pytest.raises(DocumentDamaged, match="is no blob id"):
        archive.load(saved, tmp_path / "fresh")
    assert not (tmp_path / "fresh").exists()


def test_zip_bombs(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 100_000)
    sea = hashlib.sha256(SEA).hexdigest()
    rewritten(saved, {f"blobs/{sea}": b"\0" * 10_000_000}, compression=zipfile.ZIP_DEFLATED)
    assert saved.stat().st_size < 100_000
    with pytest.raises(DocumentDamaged, match="its pictures claim 10,002,400 bytes, and at most 100,000 are opened"):
        archive.load(saved, tmp_path / "fresh")
    rewritten(saved, {"document.json": b" " * (packed.MAX_JSON_BYTES + 1)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(DocumentDamaged, match="its description claims 16,777,217 bytes"):
        archive.load(saved, tmp_path / "fresh")
    assert not (tmp_path / "fresh").exists()


def test_packed_in_a_foreign_way(saved: Path, tmp_path: Path) -> None:
    rewritten(saved, {}, compression=zipfile.ZIP_BZIP2)
    with pytest.raises(DocumentDamaged, match="packed in a way"):
        archive.load(saved, tmp_path / "fresh")


def test_a_library_that_cannot_be_written(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable):
        archive.load(saved, tmp_path / "file")


def test_a_disk_that_fills_while_opening(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DiskFull):
        archive.load(saved, tmp_path / "fresh")
    assert list((tmp_path / "fresh").iterdir()) == []


def test_a_newer_sfumato(saved: Path, blobs: Path) -> None:
    rewritten(saved, {"document.json": b'{"format": 2}'})
    with pytest.raises(BadRequest, match="made by a newer Sfumato"):
        archive.load(saved, blobs)


def test_the_command_line_knows_the_same_format() -> None:
    assert packed.FORMAT == FORMAT
