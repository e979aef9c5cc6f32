from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from desktop import first_light
from engine.api import gallery
from tests.fake_engine import FakeEngine, StudioScript


def test_the_styles_are_in_the_gallery() -> None:
    assert all(gallery.find(style) is not None for style in first_light.STYLES)


def test_it_exports_three_pictures_and_the_window(qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "light"
    code = first_light.first_light(out, lambda where, on_event: FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event))
    assert code == 0
    names = sorted(file.name for file in out.iterdir())
    assert names == sorted([*(f"house-{style}.png" for style in first_light.STYLES), "studio.png"])
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert QImage(str(out / f"house-{first_light.STYLES[0]}.png")).width() == first_light.EXPORT_EDGE
    assert QImage(str(out / "studio.png")).width() == first_light.WINDOW_SIZE[0]


def test_a_failure_is_one_line_and_exit_code_1(qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "light").write_text("a file, not a folder", encoding="utf-8")
    code = first_light.first_light(
        tmp_path / "light", lambda where, on_event: FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event)
    )
    assert code == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
