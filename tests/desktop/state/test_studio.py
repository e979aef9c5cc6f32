from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop.state.studio import Studio, house_picture
from engine.api.events import Frame
from engine.api.output import Output
from engine.api.places import places
from engine.api.recipe import GalleryStyle, PictureStyle, Recipe
from engine.api.requests import Export, Preview, StyleSample
from tests.desktop.sitting import Play, Sitting
from tests.fake_engine import png


def test_a_photo_is_opened_and_remembered(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        await sitting.open(photo)
        assert sitting.studio.session.recipe.native_size == (60, 40)
        assert sitting.said[-1] == "Opened boat.png"
        assert sitting.studio.settings.settings.recent == (str(photo),)

    play(scenario)


def test_a_drag_is_followed_coarsely_and_refined_at_its_end(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        sitting.engine.requests.clear()
        for percent in (90, 80, 70):
            studio.painting.set_strength(percent / 100, gesture="strength 1")
        await sitting.settle()
        assert {request.edges for request in sitting.engine.requests_of(Preview)} == {(512,)}
        sitting.engine.requests.clear()
        studio.session.end_gesture()
        await sitting.settle()
        previews = sitting.engine.requests_of(Preview)
        assert previews[0].edges[0] == 512
        assert previews[0].recipe.layers[0].strength == pytest.approx(0.7)

    play(scenario)


def test_the_last_frame_of_a_drag_is_that_of_its_last_value(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        studio.painting.use_style("gallery:linocut")
        frames: list[Frame] = []
        refined: list[object] = []
        studio.previewer.framed.connect(frames.append)
        studio.previewer.refined.connect(lambda recipe, _: refined.append(recipe))
        for percent in range(100, 0, -2):
            studio.painting.set_strength(percent / 100, gesture="strength 1")
            await asyncio.sleep(0)
        studio.session.end_gesture()
        await sitting.settle()
        assert refined == [studio.session.recipe]
        assert frames

    play(scenario)


def test_a_zoom_while_a_preview_is_made_is_followed_after_it(play: Play, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1800, 1200))

    async def scenario(sitting: Sitting) -> None:
        previewer = sitting.studio.previewer
        previewer.busy_changed.connect(lambda busy: previewer.need(1800) if busy else None)
        frames: list[Frame] = []
        previewer.framed.connect(frames.append)
        await sitting.open(large)
        assert frames[-1].pixels.shape[1] == 1800

    play(scenario)


def test_of_a_photo_and_a_document_the_last_one_asked_for_is_opened(play: Play, photo: Path, tmp_path: Path) -> None:
    saved, other = tmp_path / "saved.sfumato", tmp_path / "other.png"
    other.write_bytes(png(90, 30))

    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        assert await studio.documents.save(saved, None)
        studio.open(other)
        await sitting.open(saved)
        assert studio.session.recipe.native_size == (60, 40)
        studio.open(saved)
        await sitting.open(other)
        assert studio.session.recipe.native_size == (90, 30)
        assert sitting.troubles == []

    play(scenario)


def test_a_pasted_picture_is_painted(play: Play) -> None:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)

    async def scenario(sitting: Sitting) -> None:
        sitting.studio.intake.open_image(image, "Pasted picture")
        await sitting.settle()
        (layer,) = sitting.studio.session.recipe.layers
        assert (layer.source.name, layer.source.width, layer.source.height) == ("Pasted picture", 30, 20)

    play(scenario)


def test_results_are_kept_and_restored(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        assert not studio.results.all
        studio.painting.use_style("gallery:linocut")
        await sitting.settle()
        studio.painting.use_style("gallery:olive-trees")
        await sitting.settle()
        first, second = studio.results.all
        assert (str(first.caption), str(second.caption)) == ("Linocut", "The Olive Trees")
        studio.restore(first.key)
        await sitting.settle()
        assert studio.session.recipe.layers[0].styles[0].style == GalleryStyle("linocut")
        assert len(studio.results.all) == 2
        studio.session.undo()
        assert studio.session.recipe.layers[0].styles[0].style == GalleryStyle("olive-trees")

    play(scenario)


def test_the_original_is_there_for_comparing(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        originals: list[object] = []
        studio.previewer.original_framed.connect(originals.append)
        await sitting.open(photo)
        assert len(originals) == 1
        studio.painting.use_style("gallery:linocut")
        await sitting.settle()
        assert len(originals) == 1

    play(scenario)


def test_a_painting_becomes_a_style_at_once_and_gets_its_card(play: Play, photo: Path, tmp_path: Path) -> None:
    painting = tmp_path / "wave.png"
    painting.write_bytes(png(30, 30, (1, 2, 3)))

    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        studio.add_styles([painting])
        await sitting.settle()
        (use,) = studio.session.recipe.layers[0].styles
        assert isinstance(use.style, PictureStyle)
        entry = studio.library.entries[0]
        assert entry.title == "wave"
        assert studio.library.thumbnail(entry.key) is not None

    play(scenario)


def test_a_sample_that_was_not_finished_is_made_at_the_next_start(play: Play) -> None:
    Studio(places()).library.add_own(PictureStyle("b" * 64, "wave.png"))

    async def scenario(sitting: Sitting) -> None:
        await sitting.studio.warm_up()
        await sitting.settle()
        assert len(sitting.engine.requests_of(StyleSample)) == 1

    play(scenario)


def test_the_fifth_style_of_a_mix_is_refused_in_words(play: Play, photo: Path, tmp_path: Path) -> None:
    paintings = [tmp_path / f"{number}.png" for number in range(5)]
    for number, painting in enumerate(paintings):
        painting.write_bytes(png(30, 30, (number, 2, 3)))

    async def scenario(sitting: Sitting) -> None:
        await sitting.open(photo)
        sitting.studio.add_styles(paintings, mix=True)
        await sitting.settle()
        assert len(sitting.studio.session.recipe.layers[0].styles) == 4
        assert "at most 4" in sitting.troubles[-1]

    play(scenario)


@pytest.mark.parametrize("bad", ["notes.txt", "missing.png", "damaged.sfumato", "folder.sfumato"])
def test_bad_input_is_told_and_nothing_changes(play: Play, photo: Path, tmp_path: Path, bad: str) -> None:
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    (tmp_path / "damaged.sfumato").write_bytes(b"PK\x03\x04 not a zip")
    (tmp_path / "folder.sfumato").mkdir()

    async def scenario(sitting: Sitting) -> None:
        await sitting.open(photo)
        before = sitting.studio.session.document
        await sitting.open(tmp_path / bad)
        assert sitting.studio.session.document == before
        assert bad in sitting.troubles[-1]
        assert str(tmp_path / bad) not in sitting.studio.settings.settings.recent

    play(scenario)


def test_an_empty_canvas_takes_back_the_look_at_a_file_that_was_none(play: Play, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")

    async def scenario(sitting: Sitting) -> None:
        withdrawn: list[bool] = []
        sitting.studio.intake.withdrawn.connect(lambda: withdrawn.append(True))
        await sitting.open(tmp_path / "notes.txt")
        assert withdrawn == [True]

    play(scenario)


def test_a_photo_is_seen_before_the_engine_is_there(qapp: object, two_cards: None, photo: Path) -> None:
    async def scenario() -> None:
        studio = Studio(places())
        seen: asyncio.Future[QImage] = asyncio.get_running_loop().create_future()
        studio.intake.proxy_ready.connect(seen.set_result)
        studio.open(photo)
        image = await asyncio.wait_for(seen, 10)
        assert (image.width(), image.height()) == (60, 40)
        await studio.close()

    asyncio.run(scenario())


def test_save_open_and_the_unsaved_mark(play: Play, photo: Path, tmp_path: Path) -> None:
    target = tmp_path / "picture.sfumato"
    thumbnail = QImage(8, 8, QImage.Format.Format_RGB32)
    thumbnail.fill(0xFF00FF00)

    async def first(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        studio.painting.use_style("gallery:linocut")
        assert studio.session.dirty
        assert await studio.documents.save(target, thumbnail)
        assert not studio.session.dirty
        assert studio.session.path == target

    async def second(sitting: Sitting) -> None:
        await sitting.open(target)
        assert sitting.studio.session.recipe.layers[0].styles[0].style == GalleryStyle("linocut")
        assert not sitting.studio.session.dirty
        assert sitting.studio.settings.settings.recent[0] == str(target)

    play(first)
    play(second)


def test_a_save_that_fails_says_so_and_the_work_stays_unsaved(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        await sitting.open(photo)
        sitting.studio.painting.use_style("gallery:linocut")
        assert not await sitting.studio.documents.save(tmp_path / "no such folder" / "picture.sfumato", None)
        assert sitting.studio.session.dirty
        assert "no such folder" in sitting.troubles[-1]

    play(scenario)


def test_what_is_kept_comes_back_after_a_crash_and_not_after_a_close(play: Play, photo: Path) -> None:
    async def closed_well(sitting: Sitting) -> None:
        await sitting.open(photo)
        sitting.studio.painting.use_style("gallery:linocut")
        sitting.studio.documents.keep()

    async def nothing_is_offered(sitting: Sitting) -> None:
        assert sitting.studio.documents.offers() == ()

    play(closed_well)
    play(nothing_is_offered)


def test_a_crash_leaves_an_offer_that_brings_the_work_back(play: Play, photo: Path) -> None:
    async def crashed(sitting: Sitting) -> None:
        await sitting.open(photo)
        sitting.studio.painting.use_style("gallery:linocut")
        sitting.studio.documents.keep()
        (kept,) = places().recovery.glob("*.json")
        kept.rename(kept.with_name("999999999-1.json"))  # the file of a process that is gone

    async def recovered(sitting: Sitting) -> None:
        studio = sitting.studio
        (offer,) = studio.documents.offers()
        studio.documents.recover(offer)
        await sitting.settle()
        assert studio.session.recipe.layers[0].styles[0].style == GalleryStyle("linocut")
        assert studio.session.dirty
        assert studio.documents.offers() == ()

    play(crashed)
    play(recovered)


def test_export_shows_progress_and_says_where_it_went(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        stages: list[str] = []
        studio.jobs.changed.connect(lambda: stages.extend(job.stage for job in studio.jobs.running))
        done = await studio.exporter.export(studio.session.recipe, Output(tmp_path / "out.png"))
        assert done is not None
        assert done.path.exists()
        assert "painting" in stages
        assert studio.jobs.running == ()
        assert "out.png: 60 × 40 px" in sitting.said[-1]
        assert studio.settings.settings.export.folder == str(tmp_path)

    play(scenario)


def test_an_export_can_be_stopped(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        task = studio.exporter.export(studio.session.recipe, Output(tmp_path / "out.png"))
        while not studio.jobs.running:
            await asyncio.sleep(0)
        studio.jobs.cancel(studio.jobs.running[0].id)
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert sitting.engine.requests_of(Export)
        assert sitting.said[-1] == "Stopped: out.png was not written"

    play(scenario)


@pytest.mark.expects_log("an error of the studio's own goes to the log")
def test_a_bug_is_told_calmly_and_logged(play: Play) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("on purpose")

    async def scenario(sitting: Sitting) -> None:
        sitting.studio.tasks.spawn(broken(), "broken")
        await sitting.settle()
        assert "ZeroDivisionError" in sitting.troubles[-1]

    play(scenario)


def test_stepping_through_styles_goes_around(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        painting, session = sitting.studio.painting, sitting.studio.session
        painting.step_style(1)
        await sitting.open(photo)
        painted = []
        for step in (1, 1, 1, -1):
            painting.step_style(step)
            painted.append(sitting.studio.library.title(session.recipe.layers[0].styles[0].style))
        assert painted == ["The Olive Trees", "Linocut", "The Olive Trees", "Linocut"]
        await sitting.settle()

    play(scenario)


def test_the_house_picture_is_opened_and_is_no_recent_file(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.studio.open_house()
        await sitting.settle()
        assert sitting.studio.session.name == house_picture().stem
        assert sitting.studio.settings.settings.recent == ()

    play(scenario)


def test_a_recent_file_that_is_gone_is_forgotten(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        await sitting.open(photo)
        photo.unlink()
        await sitting.open(photo)
        assert not sitting.studio.settings.settings.recent

    play(scenario)


def test_after_undo_the_same_slider_makes_another_result(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio

        async def set_strength(value: float, gesture: str) -> None:
            studio.painting.set_strength(value, gesture)
            studio.session.end_gesture()
            await sitting.settle()

        await sitting.open(photo)
        studio.painting.use_style("gallery:linocut")
        await sitting.settle()
        await set_strength(0.8, "a")
        await set_strength(0.7, "b")
        studio.session.undo()
        await sitting.settle()
        await set_strength(0.6, "c")
        assert [str(result.caption) for result in studio.results.all] == ["Linocut", "Linocut, 70%", "Linocut, 80%", "Linocut, 60%"]

    play(scenario)


def test_a_caption_tells_pictures_in_the_same_styles_apart(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        await sitting.open(photo)
        assert str(studio.caption(studio.session.recipe)) == "The photo"
        studio.painting.use_style("gallery:linocut")
        studio.painting.mix_style("gallery:olive-trees")
        studio.painting.set_share("gallery:linocut", 0.7)
        studio.painting.set_strength(0.8)
        studio.painting.set_style_scale(1.5)
        studio.painting.set_keep_colors(True)
        assert str(studio.caption(studio.session.recipe)) == "Linocut + The Olive Trees, 70/30 · 80% · 1.50× · own colours"
        assert "Linocut 70% of the mix" in sitting.said
        studio.painting.reset()
        assert str(studio.caption(studio.session.recipe)) == "Linocut + The Olive Trees, 50/50"
        studio.intake.add_layer(photo)
        await sitting.settle()
        assert studio.caption(studio.session.recipe).details == "50/50 · 2 layers"

    play(scenario)


def test_the_time_of_previews_tells_that_of_the_first_export(play: Play, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1800, 1200))

    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        timed: list[tuple[Recipe, int]] = []
        studio.previewer.timed.connect(lambda recipe, pixels, seconds: timed.append((recipe, pixels)))
        await sitting.open(large)
        studio.painting.use_style("gallery:linocut")
        await sitting.settle()
        for _ in range(20):  # two frames that come at once may cross as one, which tells no time: shown again, they tell it
            if (studio.session.recipe, 1024 * 683) in timed:
                break
            studio.previewer.show(studio.session.recipe)
            await sitting.settle()
        assert (studio.session.recipe, 1024 * 683) in timed

    play(scenario)


def test_of_the_files_of_a_command_line_a_missing_one_is_told_and_the_last_is_opened(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.studio.open_all((tmp_path / "missing.gif", photo))
        await sitting.settle()
        assert sitting.studio.session.name == photo.stem
        (sentence,) = sitting.troubles
        assert "missing.gif does not exist" in sentence

    play(scenario)


def test_without_any_file_nothing_is_opened(play: Play, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.studio.open_all((tmp_path / "missing.gif",))
        sitting.studio.open_all(())
        await sitting.settle()
        assert not sitting.studio.session.recipe.layers
        assert len(sitting.troubles) == 1

    play(scenario)


def test_a_style_that_was_made_is_announced_also_when_it_was_known(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        library = sitting.studio.library
        added: list[str] = []
        library.added.connect(added.append)
        for _ in range(2):
            sitting.studio.intake.add_styles([photo])
            await sitting.settle()
        assert added == [library.entries[0].key] * 2

    play(scenario)
