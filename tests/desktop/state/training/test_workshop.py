"""The Train workspace without its window: planned, begun, paused, gone on with, finished, used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.state.training.run import TrainingRun
from desktop.state.training.workshop import Workshop
from engine.api.errors import BadRequest, DiskFull, SfumatoError
from engine.api.events import Body, Failed, JobId, Learned, Superseded, Terminal
from engine.api.manifest import Manifest
from engine.api.requests import DeleteRun, ExamineFolder, FinishTraining, Generate, Request, ResumeTraining, SampleRun, Train
from engine.api.training import Curve, PreviewGrid, RunDescription, RunHistory, Watched
from tests.desktop.sitting import Play, Sitting
from tests.fake_engine import Script


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "boats"
    made.mkdir()
    return made


def failing(error: SfumatoError) -> Script:
    def script(_request: Request[Any]) -> Iterator[Body]:
        yield Failed(error.failure())

    return script


def phase(run: TrainingRun) -> str:
    """Read anew each time."""
    return run.phase


def sheets(sitting: Sitting) -> list[Generate]:
    """The sheets of many seeds that were asked for."""
    return [request for request in sitting.engine.requests_of(Generate) if request.grid is not None]


async def planned(sitting: Sitting, folder: Path) -> Workshop:
    workshop = sitting.studio.workshop
    workshop.choose_folder(folder)
    await sitting.settle()
    return workshop


async def running(sitting: Sitting, folder: Path) -> Workshop:
    """A run that has come to its thirteenth step and waits there."""
    sitting.script.halts_at = 12
    workshop = await planned(sitting, folder)
    workshop.begin()
    await sitting.until(lambda: workshop.run.course.step == 12)
    return workshop


def test_a_folder_is_examined_and_estimated(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await planned(sitting, folder)
        planning = workshop.planning
        assert workshop.page == "plan"
        assert planning.report is not None and planning.report.usable == 40
        assert planning.plan.name == "boats" and planning.can_begin
        assert not planning.sheet.isNull()
        assert "In 60 minutes it sees 72,000 pictures" in planning.estimate[1]
        planning.set_minutes(120)
        assert "In 2 hours it sees 140,000 pictures" in planning.estimate[1]
        assert sitting.engine.requests_of(ExamineFolder) == [ExamineFolder(folder)]

    play(scenario)


def test_what_changes_the_pictures_has_them_examined_anew_once(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        planning = (await planned(sitting, folder)).planning
        planning.set_size(128)
        planning.set_size(256)
        planning.set_fit("smart")
        assert planning.report is None and not planning.can_begin
        await sitting.settle()
        assert sitting.engine.requests_of(ExamineFolder)[1:] == [ExamineFolder(folder, 256, "smart")]
        planning.set_kind("dense")
        assert planning.plan.size == 32
        model = Manifest("scrolls", "generator", Path("scrolls.safetensors"), config={"size": 128, "kind": "style"})
        planning.begin_with(model)
        await sitting.settle()
        assert sitting.engine.requests_of(ExamineFolder)[2:] == [ExamineFolder(folder, 128, "smart")]
        assert planning.request().begin_from == "scrolls"

    play(scenario)


def test_a_folder_that_cannot_be_used_is_told_in_a_sentence_and_nothing_is_lost(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        planning = (await planned(sitting, folder)).planning
        planning.set_name("sails")
        sitting.engine._script = failing(BadRequest(folder, "it is empty; put the pictures to learn from into it"))
        planning.look_again()
        await sitting.settle()
        assert planning.trouble == f"{folder}: it is empty; put the pictures to learn from into it."
        assert not planning.can_begin and planning.progress is None
        for wrong, words in ((folder / "gone", "does not exist"), (_file(folder), "is a file: drop the folder")):
            sitting.studio.workshop.choose_folder(wrong)
            await sitting.settle()
            assert words in planning.trouble
        assert planning.plan.name == "sails"
        assert sitting.troubles == []

    play(scenario)


def _file(folder: Path) -> Path:
    file = folder / "boat.png"
    file.write_bytes(b"")
    return file


def test_a_name_that_is_taken_holds_up_the_beginning(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.generators["sails"] = Manifest("sails", "generator", Path("sails.safetensors"))
        sitting.studio.workshop.look_around()
        await sitting.settle()
        workshop = await planned(sitting, folder)
        workshop.planning.set_name("sails")
        assert "already" in workshop.planning.name_trouble
        workshop.begin()
        assert workshop.page == "plan" and sitting.engine.requests_of(Train) == []
        workshop.planning.set_name("sails 2")
        assert workshop.planning.can_begin

    play(scenario)


def test_a_run_to_its_end_becomes_a_model_that_makes_pictures(play: Play, folder: Path, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await planned(sitting, folder)
        frames: list[object] = []
        workshop.run.framed.connect(frames.append)
        workshop.begin()
        await sitting.settle()
        run = workshop.run
        assert (run.phase, run.name) == ("finished", "boats")
        assert run.about == "40 pictures at 64 × 64 px, style-based"
        assert run.result is not None and run.result.sentence
        assert len(run.course.grids) == 2 and len(run.course.verdicts) == 2
        assert frames and not run.live.isNull()
        assert "boats" in workshop.generators.names
        workshop.use_model("boats")
        await sitting.settle()
        assert workshop.page == "model" and not workshop.maker.image.isNull() and not workshop.maker.sheet.isNull()
        workshop.maker.set_seed(3)
        await sitting.settle()
        assert len(sheets(sitting)) == 1, "it does not change with the seed"
        await sitting.open(photo)
        workshop.maker.hand_over(sitting.studio.intake.add_layer)
        await sitting.settle()
        assert [layer.source.name for layer in sitting.studio.session.recipe.layers] == ["boat.png", "boats, seed 3.png"]
        workshop.maker.set_variety(0.5)
        await sitting.settle()
        assert len(sheets(sitting)) == 2
        assert sitting.troubles == []

    play(scenario)


def test_a_pause_is_told_when_it_is_saved_and_the_run_goes_on(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        run = (await running(sitting, folder)).run
        assert phase(run) == "running" and run.at_work
        run.pause()
        assert phase(run) == "pausing"
        await sitting.settle()
        assert phase(run) == "paused" and "paused and saved" in sitting.said[-1]
        assert run.course.run is not None
        run.go_on(30)
        await sitting.settle()
        assert sitting.engine.requests_of(ResumeTraining) == [ResumeTraining("boats", 30, run=run.course.run)]
        assert phase(run) == "finished"

    play(scenario)


def test_finishing_at_once_takes_the_place_of_the_training(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        run = (await running(sitting, folder)).run
        run.finish()
        assert phase(run) == "finishing"
        await sitting.settle()
        assert phase(run) == "finished"
        assert sitting.engine.requests_of(FinishTraining) == [FinishTraining("boats", run.course.run)]

    play(scenario)


def test_a_run_that_cannot_be_saved_before_its_model_is_made_says_so(play: Play, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(sitting: Sitting) -> None:
        run = (await running(sitting, folder)).run
        end = sitting.engine._end

        def failed(id: JobId, body: Terminal) -> None:
            end(id, Failed(DiskFull("boats").failure()) if isinstance(body, Superseded) else body)

        monkeypatch.setattr(sitting.engine, "_end", failed)
        run.finish()
        await sitting.settle()
        assert phase(run) == "finished"
        assert [trouble for trouble in sitting.troubles if "no room on the disk" in trouble] == sitting.troubles != []

    play(scenario)


def test_finishing_at_the_next_checkpoint_can_be_taken_back(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.halts_at = 5
        workshop = await planned(sitting, folder)
        workshop.begin()
        run = workshop.run
        await sitting.until(lambda: run.course.step == 5)
        run.finish(at_checkpoint=True)
        assert run.finishes_at_checkpoint and run.phase == "running"
        run.carry_on()
        assert not run.finishes_at_checkpoint
        run.finish(at_checkpoint=True)
        sitting.script.halts_at = None
        await sitting.settle()
        assert phase(run) == "finished"
        assert run.course.step == 10  # where the next checkpoint was written
        assert len(sitting.engine.requests_of(FinishTraining)) == 1

    play(scenario)


def test_a_run_that_is_stopped_before_it_has_learnt_leaves_the_plan(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await planned(sitting, folder)
        workshop.begin()
        workshop.run.pause()
        await sitting.settle()
        assert phase(workshop.run) == "idle" and workshop.page == "plan"
        assert workshop.planning.can_begin
        assert "nothing is kept" in sitting.said[-1]

    play(scenario)


def test_a_training_that_fails_is_paused_and_says_why(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await running(sitting, folder)
        workshop.run.pause()
        await sitting.settle()
        script, sitting.engine._script = sitting.engine._script, failing(DiskFull("boats"))
        workshop.run.go_on(None)
        await sitting.settle()
        assert phase(workshop.run) == "paused"
        assert workshop.run.trouble == sitting.troubles[-1]
        assert "no room on the disk" in workshop.run.trouble
        sitting.engine._script = script
        workshop.run.go_on(None)
        assert workshop.run.trouble == ""
        await sitting.settle()
        assert phase(workshop.run) == "finished"

    play(scenario)


def test_one_run_at_a_time(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await running(sitting, folder)
        workshop.choose_folder(folder)
        assert workshop.page == "run" and "is being trained" in sitting.said[-1]
        workshop.run.leave()
        assert phase(workshop.run) == "running"
        await workshop.run.rest()
        assert phase(workshop.run) == "paused"
        await workshop.run.rest()
        workshop.go_back()
        assert [workshop.page, workshop.run.phase] == ["welcome", "idle"]

    play(scenario)


def test_the_time_that_is_left(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        run = (await running(sitting, folder)).run
        assert run.seconds_left == 3600 - 12
        run.pause()

    play(scenario)


def test_grids_are_read_from_their_files_once(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await running(sitting, folder)
        grid = workshop.run.course.grids[0].path
        got: list[object] = []
        workshop.album.read.connect(lambda path, image: got.append((path, image.isNull())))
        assert workshop.album.image(grid) is None
        assert workshop.album.image(grid) is None
        workshop.run.pause()
        await sitting.settle()
        assert got == [(grid, False)]
        assert workshop.album.image(grid) is not None
        workshop.album.image(grid.with_name("gone.png"))
        await sitting.settle()
        assert got[1:] == [(grid.with_name("gone.png"), True)]

    play(scenario)


def test_a_run_of_an_earlier_sitting_is_listed_opened_and_gone_on_with(play: Play, folder: Path, photo: Path) -> None:
    run = RunDescription("sails", 3, folder, "style", 64, 38, 9, 288, 40.0, None, "amber", "It copies.", None)
    broken = replace(run, number=1, obstacle="it holds no run yet")
    finished = replace(run, number=2, model="sails", model_steps=9)

    async def scenario(sitting: Sitting) -> None:
        sitting.script.runs = (run, finished, broken)
        sitting.script.histories = {folder: RunHistory(folder, {"critic": Curve((32,), (0.7,))}, (), (PreviewGrid(288, photo),))}
        workshop = sitting.studio.workshop
        workshop.look_around()
        await sitting.settle()
        assert workshop.runs.resumable == (run, finished) and workshop.runs.paused == (run,)
        assert workshop.runs.finished == (finished,) and workshop.runs.stuck == (broken,)
        workshop.open_run(run)
        await sitting.settle()
        assert (workshop.page, workshop.run.phase, workshop.run.course.seen) == ("run", "paused", 288)
        assert workshop.run.about == "38 pictures at 64 × 64 px, style-based"
        assert not workshop.run.live.isNull()
        workshop.open_run(run, go_on=True)
        await sitting.settle()
        assert sitting.engine.requests_of(ResumeTraining) == [ResumeTraining("sails", run=folder)]

    play(scenario)


def test_a_worse_verdict_is_told_wherever_the_artist_is(play: Play, folder: Path) -> None:
    states = iter(("green", "amber", "amber", "red"))

    def script(request: Request[Any]) -> Iterator[Body]:
        for step, state in enumerate(states):
            watched = Watched(state, f"It is {state}.", (), None, None, 0.0, 0.5, 0.9, 0.5)  # type: ignore[arg-type]
            yield Learned(folder, step, 32 * step, float(step), watched=watched, saved=True)

    async def scenario(sitting: Sitting) -> None:
        workshop = await planned(sitting, folder)
        sitting.engine._script = script
        workshop.begin()
        await sitting.settle()
        assert [said for said in sitting.said if "It is" in said] == ["boats: It is amber.", "boats: It is red."]

    play(scenario)


def test_a_pause_leaves_the_samples_of_what_has_been_learnt(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        run = (await running(sitting, folder)).run
        assert [grid.seen for grid in run.course.grids] == [0, 320] and run.course.seen == 384
        before = run.live
        run.pause()
        await sitting.settle()
        assert [grid.seen for grid in run.course.grids] == [0, 320, 384]
        assert run.live != before
        run.sample()
        await sitting.settle()
        assert len(sitting.engine.requests_of(SampleRun)) == 1, "there is nothing newer"

    play(scenario)


def test_a_finished_run_is_shown_as_finished_and_can_go_on(play: Play, folder: Path) -> None:
    run = RunDescription("sails", 1, folder, "style", 64, 38, 9, 288, 40.0, None, None, "", "sails", model_steps=9)

    async def scenario(sitting: Sitting) -> None:
        sitting.script.runs = (run,)
        sitting.script.generators["sails"] = Manifest("sails", "generator", folder / "sails", originality={"sentence": "None is a copy."})
        workshop = sitting.studio.workshop
        workshop.look_around()
        await sitting.settle()
        workshop.open_run(run)
        await sitting.settle()
        assert (phase(workshop.run), workshop.run.model, workshop.run.ending) == ("finished", "sails", "None is a copy.")
        assert [grid.seen for grid in workshop.run.course.grids] == [288], "its samples are made where there are none"
        workshop.run.go_on(None)
        assert phase(workshop.run) == "preparing" and workshop.run.model is None
        await sitting.settle()

    play(scenario)


def test_a_deleted_run_is_gone_from_the_list_and_from_the_table(play: Play, folder: Path) -> None:
    run = RunDescription("sails", 1, folder, "style", 64, 38, 9, 288, 40.0, None, None, "", None, bytes=2_500_000_000)

    async def scenario(sitting: Sitting) -> None:
        sitting.script.runs = (run,)
        workshop = sitting.studio.workshop
        workshop.look_around()
        await sitting.settle()
        workshop.open_run(run)
        await sitting.settle()
        assert await workshop.runs.weigh(folder) == run
        workshop.delete(run)
        await sitting.settle()
        assert workshop.runs.all == () and (workshop.page, workshop.run.phase) == ("welcome", "idle")
        assert "The training sails is deleted: 2.5 GB came free" in sitting.said

    play(scenario)


def test_a_run_that_is_being_trained_is_not_deleted(play: Play, folder: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        workshop = await running(sitting, folder)
        assert workshop.run.course.run is not None
        workshop.delete(RunDescription("boats", 1, workshop.run.course.run, "style", 64, 40, 12, 384, 12.0, None, None, "", None))
        assert sitting.engine.requests_of(DeleteRun) == [] and "pause it before it is deleted" in sitting.said[-1]
        workshop.run.pause()

    play(scenario)


def test_what_cannot_be_listed_is_said_and_what_was_known_stays(play: Play, folder: Path) -> None:
    run = RunDescription("sails", 1, folder, "style", 64, 38, 9, 288, 40.0, None, None, "", None)

    async def scenario(sitting: Sitting) -> None:
        sitting.script.runs = (run,)
        workshop = sitting.studio.workshop
        workshop.look_around()
        await sitting.settle()
        script, sitting.engine._script = sitting.engine._script, failing(BadRequest("The runs", "their disk is gone"))
        workshop.look_around()
        await sitting.settle()
        assert workshop.runs.trouble == workshop.generators.trouble == "The runs: their disk is gone."
        assert workshop.runs.all == (run,)
        sitting.engine._script = script
        workshop.look_around()
        await sitting.settle()
        assert workshop.runs.trouble == workshop.generators.trouble == ""

    play(scenario)
