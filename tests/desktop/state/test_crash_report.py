from __future__ import annotations

import faulthandler
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.document.recovery import own_stem
from desktop.state.crash_report import MOST_REPORTS, CrashReport, left_by_crashes

ROOT = Path(__file__).parents[3]
CRASH = (
    "import sys, faulthandler; from pathlib import Path; from desktop.state.crash_report import CrashReport\n"
    "CrashReport(Path(sys.argv[1])).begin()\n"
    "def in_the_kernel(): faulthandler._sigsegv()\n"
    "in_the_kernel()"
)


def test_a_good_end_leaves_nothing(tmp_path: Path) -> None:
    was_on = faulthandler.is_enabled()
    report = CrashReport(tmp_path)
    report.begin()
    assert [file.stem for file in tmp_path.iterdir()] == [own_stem()]
    assert left_by_crashes(tmp_path) == (), "this process lives"
    report.end()
    assert list(tmp_path.iterdir()) == []
    assert faulthandler.is_enabled() == was_on


@pytest.mark.skipif(sys.platform == "win32", reason="there a crash opens a dialog")
def test_a_crash_says_where_it_was_and_is_told_once(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert died.returncode < 0
    (report,) = left_by_crashes(tmp_path)
    text = report.read_text(encoding="utf-8")
    assert text.startswith("Sfumato ") and "Segmentation fault" in text and "in in_the_kernel" in text
    assert report.name.startswith("crash-")
    assert left_by_crashes(tmp_path) == ()
    assert report.exists()


def test_an_error_that_ends_the_studio_is_kept(tmp_path: Path) -> None:
    report = CrashReport(tmp_path)
    report.begin()
    try:
        raise RuntimeError("on purpose")
    except RuntimeError as error:
        report.broke_down(error)
    report.end()
    (file,) = tmp_path.iterdir()
    assert "RuntimeError: on purpose" in file.read_text(encoding="utf-8")


def test_few_reports_are_kept(tmp_path: Path) -> None:
    for number in range(MOST_REPORTS + 3):
        (tmp_path / f"crash-20260101-00000{number}-1.txt").touch()
    left_by_crashes(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir())[0] == "crash-20260101-000003-1.txt"


def test_a_folder_that_cannot_be_written_keeps_no_report(tmp_path: Path) -> None:
    (tmp_path / "crashes").touch()
    report = CrashReport(tmp_path / "crashes")
    report.begin()
    report.broke_down(RuntimeError("on purpose"))
    report.end()
    assert left_by_crashes(tmp_path / "crashes") == ()
