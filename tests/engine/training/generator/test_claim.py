from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from engine.api.errors import BadRequest, NotWritable
from engine.training.generator.claim import claimed, is_claimed

HOLDER = """
import sys; from pathlib import Path; from engine.training.generator.claim import claimed
with claimed(Path(sys.argv[1])):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def test_a_second_program_is_told_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "run")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        assert is_claimed(tmp_path / "run")
        with pytest.raises(BadRequest, match="another program is training it: pause it there first"), claimed(tmp_path / "run"):
            pass
        other.kill()
    assert (tmp_path / "run" / ".lock").exists()
    assert not is_claimed(tmp_path / "run")
    with claimed(tmp_path / "run"):
        assert is_claimed(tmp_path / "run")


def test_a_folder_is_let_go_of_whatever_happens(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), claimed(tmp_path):
            raise RuntimeError
    assert not is_claimed(tmp_path)


def test_a_disk_without_locks_is_worked_on_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def acquire(_: FileLock) -> None:
        raise OSError(number, "no locks")

    monkeypatch.setattr(FileLock, "acquire", acquire)
    number = errno.ENOLCK
    with claimed(tmp_path):
        pass
    number = errno.EROFS
    with pytest.raises(NotWritable, match="no locks"), claimed(tmp_path):
        pass
