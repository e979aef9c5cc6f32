"""The studio starts, whatever it is started in, or says in one sentence why it does not. Each start is a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fake_engine import png

ROOT = Path(__file__).parents[2]
STUDIO = [sys.executable, "-m", "tests.faults.studio"]
SECONDS = 120
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is tried exists on Linux")


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "SFUMATO_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **more}


def start(home: Path, *files: Path, before: tuple[str, ...] = (), **more: str) -> dict[str, Any]:
    """One start; what the studio told when it was ready. Nothing but that may be said."""
    done = subprocess.run(
        [*before, *STUDIO, *map(str, files)], cwd=ROOT, env=environment(home, **more), capture_output=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert "Traceback" not in done.stderr.decode(errors="replace")
    (line,) = done.stdout.splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


@contextmanager
def running(home: Path, *files: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A studio that stays open."""
    command = [*STUDIO, *map(str, files)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(home, SFUMATO_TEST_STAYS="1"), stdout=subprocess.PIPE) as studio:
        try:
            yield studio
        finally:
            studio.kill()


def told_by(studio: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert studio.stdout is not None
    told: dict[str, Any] = json.loads(studio.stdout.readline())
    return told


@pytest.fixture
def boat(tmp_path: Path) -> Path:
    file = tmp_path / "boat.png"
    file.write_bytes(png(60, 40))
    return file


def test_in_the_plainest_locale_with_long_and_foreign_names_and_half_as_large_again(tmp_path: Path) -> None:
    home = tmp_path / ("Künstlerin – 早い " + "long " * 12) / ("folder " * 15)
    photo = home / "Möwe 鷗.png"
    home.mkdir(parents=True)
    photo.write_bytes(png(60, 40))
    told = start(home, photo, LC_ALL="C", LANG="C", QT_SCALE_FACTOR="1.5")
    assert told == {"document": "Möwe 鷗", "banners": [], "home": str(home), "scale": 1.5}


def test_a_home_that_cannot_be_written(tmp_path: Path, boat: Path) -> None:
    (tmp_path / "file").touch()
    told = start(tmp_path / "file" / "home", boat)
    assert told["document"] == "boat", "it works all the same"
    (sentence,) = told["banners"]
    assert "cannot be written to" in sentence
    assert not Path(told["home"]).exists(), "the temporary home is gone with the sitting"


@LINUX
def test_a_full_disk(tmp_path: Path, boat: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    mount = f"mount -t tmpfs -o size=16k none '{home}' && dd if=/dev/zero of='{home}/full' bs=4k count=4 status=none"
    own_mounts = ("unshare", "--map-root-user", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh")
    if subprocess.run([*own_mounts, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system lets nobody make a small disk")
    told = start(home, boat, before=own_mounts)
    assert told["document"] == "boat"
    (sentence,) = told["banners"]
    assert "the disk is full" in sentence


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal that kills")
def test_a_second_start_hands_over_and_a_crash_is_offered_again(tmp_path: Path, boat: Path) -> None:
    home = tmp_path / "home"
    other = tmp_path / "other boat.png"
    other.write_bytes(png(40, 60))
    with running(home, boat) as first:
        assert told_by(first)["document"] == "boat"
        second = subprocess.run([*STUDIO, str(other)], cwd=ROOT, env=environment(home), capture_output=True, timeout=SECONDS, check=False)
        assert (second.returncode, second.stdout) == (0, b""), second.stderr.decode(errors="replace")
        assert told_by(first)["document"] == "other boat"
        first.send_signal(signal.SIGKILL)
        first.wait()
    told = start(home)
    assert "stopped unexpectedly" in told["banners"][0]
    assert "was not saved when Sfumato last stopped" in told["banners"][1]
    assert len(list((home / "crashes").iterdir())) == 1
