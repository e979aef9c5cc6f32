from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.api.errors import BadRequest
from engine.training.generator.dataset import INDEX_FILE, PIXELS_FILE
from engine.training.generator.runs import KEPT, METRICS_FILE, Run, latest_run, next_run


def saved(folder: Path, *steps: int) -> Run:
    run = Run(folder)
    for step in steps:
        run.save(step, {"a": torch.full((2,), float(step))}, {"step": step})
    return run


def test_runs_are_numbered(tmp_path: Path) -> None:
    parent = tmp_path / "mine"
    assert next_run(parent).name == "001"
    saved(parent / "001", 5)
    saved(parent / "009", 5)
    (parent / "notes").mkdir()
    assert next_run(parent).name == "010"
    (parent / "011").mkdir()  # it ended before its first checkpoint
    assert latest_run(parent).name == "009"


def killed_early(folder: Path) -> Run:
    """What stays where a program is killed while it prepares pictures, or writes its first checkpoint."""
    (folder / "checkpoints").mkdir(parents=True)
    for name in ("pictures.u8", "pictures.json", "metrics.jsonl", ".lock", ".sfumato-0a.part", "checkpoints/.sfumato-0b.part"):
        (folder / name).touch()
    return Run(folder)


def test_a_run_that_was_killed_early_is_taken_over(tmp_path: Path) -> None:
    run = killed_early(tmp_path / "001")
    assert next_run(tmp_path) == run.folder
    with run.alone():
        assert {path.name for path in run.folder.rglob("*")} == {"pictures.u8", "pictures.json", ".lock", "checkpoints"}
        assert next_run(tmp_path).name == "002"  # this one is in use
        run.save(1, {"a": torch.ones(1)}, {"step": 1})
    assert next_run(tmp_path).name == "002"
    assert run.newest().metadata == {"step": 1}


@pytest.mark.parametrize("name", ["notes.txt", "grid-00000000.png", "checkpoints/best.safetensors"])
def test_a_run_with_anything_else_in_it_is_not_taken_over(tmp_path: Path, name: str) -> None:
    run = killed_early(tmp_path / "001")
    (run.folder / name).touch()
    assert next_run(tmp_path).name == "002"
    with run.alone():
        pass
    assert (run.folder / name).exists()


def test_a_run_that_ends_early_leaves_nothing(tmp_path: Path) -> None:
    run = killed_early(tmp_path / "001")
    with pytest.raises(KeyboardInterrupt), run.alone():
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_parts_go_from_a_run_that_is_resumed_too(tmp_path: Path) -> None:
    run = saved(tmp_path, 3)
    run.log({"step": 3})
    (run.checkpoints / ".sfumato-0b.part").touch()
    with run.alone():
        assert not list(run.checkpoints.glob(".*"))
    assert run.metrics() == [{"step": 3}]


def test_no_run_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no run to resume"):
        latest_run(tmp_path / "nowhere")


def test_a_run_that_never_got_to_a_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "001").mkdir()
    with pytest.raises(BadRequest, match="there is no run to resume: 001 ended before its first checkpoint; begin a new run"):
        latest_run(tmp_path)


def test_the_last_three_checkpoints_stay(tmp_path: Path) -> None:
    run = saved(tmp_path, 1, 2, 10, 100, 1000)
    assert [path.stem for path in sorted(run.checkpoints.iterdir())] == [f"step-{step:09d}" for step in (10, 100, 1000)]
    assert KEPT == 3
    assert run.newest().metadata == {"step": 1000}


def test_a_truncated_checkpoint_gives_way_to_the_one_before(tmp_path: Path) -> None:
    run = saved(tmp_path, 1, 2, 3)
    newest = run.newest().path
    newest.write_bytes(newest.read_bytes()[:-4])
    kept = run.newest()
    assert kept.metadata["step"] == 2
    assert torch.equal(kept.tensors["a"], torch.full((2,), 2.0))
    assert "step-000000003.safetensors is damaged" in kept.notes[0]
    run.go_back_to(kept)
    assert not newest.exists()


def test_only_damaged_checkpoints_are_refused(tmp_path: Path) -> None:
    run = saved(tmp_path, 1)
    run.newest().path.write_bytes(b"")
    with pytest.raises(BadRequest, match="none of its checkpoints can be read"):
        run.newest()


def test_metrics_after_the_checkpoint_are_forgotten(tmp_path: Path) -> None:
    run = saved(tmp_path, 10)
    for step in (5, 10, 15):
        run.log({"step": step})
    with (tmp_path / METRICS_FILE).open("a") as file:
        file.write('{"step": 2')  # cut in two by a crash
    run.go_back_to(run.newest())
    assert [line["step"] for line in run.metrics()] == [5, 10]


def test_a_run_without_a_checkpoint_can_be_taken_away(tmp_path: Path) -> None:
    kept, empty = saved(tmp_path / "001", 1), Run(tmp_path / "002")
    empty.write_config({"a": 1})
    assert empty.read_config() == {"a": 1}
    for run in (kept, empty):
        with run.alone():
            pass
    assert kept.newest().metadata == {"step": 1}
    assert not empty.folder.exists()
    with pytest.raises(BadRequest, match=r"config\.json"):
        empty.read_config()


def test_taking_a_run_away_leaves_what_it_did_not_write(tmp_path: Path) -> None:
    for name in ("pictures.zip", PIXELS_FILE, INDEX_FILE):
        (tmp_path / name).touch()
    (tmp_path / "checkpoints").mkdir()  # its first checkpoint did not fit on the disk
    with Run(tmp_path).alone():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["pictures.zip"]
