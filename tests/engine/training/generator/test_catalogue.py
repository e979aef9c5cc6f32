from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.training.generator import catalogue
from engine.training.generator.claim import claimed, is_claimed


def test_no_training_can_begin_in_a_run_while_it_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "boats" / "001"
    with claimed(run):  # as a training does, which leaves the lock's file
        (run / "checkpoints").mkdir()
        (run / "config.json").write_bytes(b"{}")
    during: list[bool] = []

    def rmtree(path: Path) -> None:
        during.append(is_claimed(run))
        shutil_rmtree(path)

    shutil_rmtree = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    assert catalogue.delete(run, tmp_path) == 2
    assert during == [True] and not run.parent.exists()
