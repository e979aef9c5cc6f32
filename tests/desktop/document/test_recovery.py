"""What a crash leaves, and who is offered it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from desktop.document.document import Document, View
from desktop.document.recovery import Recovery
from engine.api.errors import BadRequest, FileMissing, NotWritable
from engine.api.recipe import Layer, Photo, Recipe

ROOT = Path(__file__).parents[3]
DOCUMENT = Document(Recipe((Layer(Photo("a" * 64, 4, 3, "sea.jpg")),)), View(2.0, (1.0, 1.0)))

STUDIO = """
import sys, time
from pathlib import Path
from desktop.document.document import Document, View
from desktop.document.recovery import Recovery
from engine.api.recipe import Layer, Photo, Recipe
recovery = Recovery(Path(sys.argv[1]))
recovery.write(Document(Recipe((Layer(Photo("a" * 64, 4, 3, "sea.jpg")),)), View(2.0, (1.0, 1.0))), Path(sys.argv[2]))
print("written", flush=True)
time.sleep(60)
"""


def left_behind(folder: Path, pid: int, age: float, path: Path | None = None) -> Path:
    """A recovery file as a process with this number left it, `age` seconds ago."""
    Recovery(folder).write(DOCUMENT, path)
    (own,) = folder.glob(f"{os.getpid()}-*.json")
    file = own.rename(folder / f"{pid}-{int(age)}.json")
    os.utime(file, (1e9 - age, 1e9 - age))
    return file


def test_a_killed_studio(tmp_path: Path) -> None:
    folder, path = tmp_path / "recovery", tmp_path / "sky.sfumato"
    command = [sys.executable, "-c", STUDIO, str(folder), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) as studio:
        try:
            assert studio.stdout is not None
            assert studio.stdout.readline().strip() == b"written"
            assert Recovery(folder).offers() == ()  # it runs: the document is in good hands
        finally:
            studio.kill()
    (offer,) = Recovery(folder).offers()
    assert (offer.load(), offer.path) == (DOCUMENT, path)
    offer.discard()
    assert Recovery(folder).offers() == ()
    assert list(folder.iterdir()) == []


def test_nothing_is_left_by_a_clean_exit(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path / "recovery")
    recovery.clear()
    assert recovery.offers() == ()
    recovery.write(Document(), None)
    recovery.write(DOCUMENT, None)
    (file,) = (tmp_path / "recovery").iterdir()
    assert file.name.startswith(f"{os.getpid()}-") and recovery.offers() == ()
    recovery.clear()
    assert list((tmp_path / "recovery").iterdir()) == []


def test_the_number_of_a_dead_process_may_be_taken_again(tmp_path: Path) -> None:
    file = left_behind(tmp_path, os.getpid(), age=5)
    (offer,) = Recovery(tmp_path).offers()
    assert (offer.file, offer.path) == (file, None)


def test_the_newest_first(tmp_path: Path) -> None:
    unused = max(psutil.pids()) + 10_000
    for age in (20, 5, 300):
        left_behind(tmp_path, unused, age, Path(f"{age}.sfumato").absolute())
    assert [offer.path.stem for offer in Recovery(tmp_path).offers() if offer.path] == ["5", "20", "300"]


@pytest.mark.parametrize(
    "contents", [b"", b"{", b"[]", b'{"path": null}', b'{"path": 3, "document": {}}', b'{"path": null, "document": {"format": 1}}']
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, contents: bytes) -> None:
    file = left_behind(tmp_path, os.getpid(), age=5)
    damaged = tmp_path / "1-1.json"
    damaged.write_bytes(contents)
    for _ in range(2):
        assert [offer.file for offer in Recovery(tmp_path).offers()] == [file]
    assert (tmp_path / "1-1.json.damaged").read_bytes() == contents and not damaged.exists()


def test_a_newer_version_finds_its_file_again(tmp_path: Path) -> None:
    newer = tmp_path / "1-1.json"
    newer.write_bytes(b'{"path": null, "document": {"format": 99}}')
    assert Recovery(tmp_path).offers() == ()
    assert newer.exists()


@pytest.mark.parametrize("name", ["notes.json", "-.json", "99999999999999999999999-1.json", "²-1.json"])
def test_names_that_are_no_process(tmp_path: Path, name: str) -> None:
    left_behind(tmp_path, os.getpid(), age=5).rename(tmp_path / name)
    assert [offer.file.name for offer in Recovery(tmp_path).offers()] == [name]


def test_an_offer_that_another_window_took(tmp_path: Path) -> None:
    left_behind(tmp_path, os.getpid(), age=5)
    (offer,) = Recovery(tmp_path).offers()
    offer.discard()
    offer.discard()
    with pytest.raises(FileMissing):
        offer.load()


def test_an_offer_of_a_newer_version(tmp_path: Path) -> None:
    file = left_behind(tmp_path, os.getpid(), age=5)
    (offer,) = Recovery(tmp_path).offers()
    file.write_bytes(b'{"path": null, "document": {"format": 99}}')
    with pytest.raises(BadRequest, match="newer Sfumato"):
        offer.load()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable):
        Recovery(tmp_path / "file").write(DOCUMENT, None)
    with pytest.raises(NotWritable):
        Recovery(tmp_path / "file" / "deeper").write(DOCUMENT, None)
