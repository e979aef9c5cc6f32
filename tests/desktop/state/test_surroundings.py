from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path

import pytest

from desktop.state.surroundings import usable, why_unwritable
from engine.api.places import Places


def test_a_good_home_is_used_and_nothing_said(tmp_path: Path) -> None:
    where = Places(tmp_path / "new" / "home")
    with usable(where) as found:
        assert found == (where, "")
    assert list(where.home.iterdir()) == []


def test_a_home_that_cannot_be_made_is_replaced_for_the_sitting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    where = Places(tmp_path / "file" / "home")
    with usable(where) as (used, sentence):
        assert str(where.home) in sentence and "SFUMATO_HOME" in sentence
        assert why_unwritable(used.home) == ""
        (used.home / "settings.json").write_text("{}", encoding="utf-8")
    assert not used.home.exists()


def test_the_models_of_a_home_that_cannot_be_written_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = Places(tmp_path)
    where.models.mkdir()
    (where.models / "mine.safetensors").touch()
    monkeypatch.setattr("desktop.state.surroundings.why_unwritable", lambda home: "read-only file system")
    with usable(where) as (used, sentence):
        assert "(read-only file system)" in sentence
        if sys.platform != "win32" or used.models.exists():  # Windows may not let users make links
            assert [file.name for file in used.models.iterdir()] == ["mine.safetensors"]
    assert (where.models / "mine.safetensors").exists()


def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert why_unwritable(tmp_path) == "the disk is full"
    assert list(tmp_path.iterdir()) == []


def test_without_any_folder_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(**_: object) -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "mkdtemp", nowhere)
    with usable(Places(tmp_path / "file")) as (used, sentence):
        assert used.home == tmp_path / "file"
        assert sentence.startswith("Nothing can be kept")
