"""The guards of `conftest.py` catch what they are there for: a small suite that misbehaves is run with them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MISBEHAVING = """
import logging, os, threading, time
import pytest
from pathlib import Path

release = threading.Event()

def test_clean(qtbot):
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QWidget
    window = QWidget()
    timer = QTimer(window)
    timer.start(1000)
    qtbot.addWidget(window)
    window.show()
    assert Path(os.environ["SFUMATO_HOME"]).is_dir() and os.environ["QT_QPA_PLATFORM"] == "offscreen"

def test_thread_left():
    threading.Thread(target=release.wait, name="forgotten", daemon=True).start()

def test_thread_ended():
    threading.Thread(target=time.sleep, args=(0.05,)).start()

def test_logged():
    logging.getLogger("sfumato.test").warning("the disk is nearly full")

@pytest.mark.expects_log("the warning is the point")
def test_logged_on_purpose():
    logging.getLogger("sfumato.test").warning("the disk is nearly full")

kept = []

def test_timer_left(qapp):
    from PySide6.QtCore import QTimer
    kept.append(QTimer())
    kept[-1].start(1000)

def test_window_left(qapp):
    from PySide6.QtWidgets import QWidget
    kept.append(QWidget())

def test_failure_is_one_failure(qapp):
    from PySide6.QtWidgets import QWidget
    window = QWidget()
    assert window is None
"""


def test_the_guards_catch_what_a_test_leaves_behind(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path / "conftest.py")
    (tmp_path / "test_inner.py").write_text(MISBEHAVING, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = expects_log(reason): x\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "--color=no", str(tmp_path)]
    output = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False).stdout

    errors = {line.split("::")[1].split()[0] for line in output.splitlines() if line.startswith("ERROR ")}
    assert errors == {"test_thread_left", "test_logged", "test_timer_left", "test_window_left"}, output
    assert "7 passed" in output and "1 failed" in output and "4 errors" in output
    assert "the test left the thread 'forgotten' running" in output
    assert "WARNING sfumato.test: the disk is nearly full" in output
    assert "the test left behind: QTimer" in output and "the test left behind: QWidget" in output
