from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QImage

from desktop.state.results import MAX_RESULTS, THUMBNAIL_EDGE, Caption, Results
from engine.api.recipe import Layer, Photo, Recipe

LAYER = Layer(Photo("a" * 64, 600, 400, "boat.jpg"))


def recipe(strength: float) -> Recipe:
    return Recipe((replace(LAYER, strength=strength),))


def picture() -> QImage:
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    return image


def test_a_search_along_one_slider_leaves_one_result() -> None:
    results = Results()
    for strength in (0.9, 0.7, 0.6):
        results.add(recipe(strength), picture(), Caption(f"{strength:.0%}"), "strength 1")
    assert [result.caption.title for result in results.all] == ["60%"]


def test_another_search_begins_another_result() -> None:
    results = Results()
    results.add(recipe(0.9), picture(), Caption("one"), "strength 1")
    results.add(recipe(0.8), picture(), Caption("two"), "strength 2")
    assert [result.caption.title for result in results.all] == ["one", "two"]


def test_a_caption_tells_its_settings_where_there_are_any() -> None:
    assert (str(Caption("Linocut")), str(Caption("Linocut", "80% · 1.50×"))) == ("Linocut", "Linocut, 80% · 1.50×")


def test_changes_that_stand_by_themselves_are_all_kept() -> None:
    results = Results()
    results.add(recipe(0.9), picture(), Caption("one"))
    results.add(recipe(0.8), picture(), Caption("two"), "strength 1")
    results.add(recipe(0.7), picture(), Caption("three"), "scale 2")
    assert [result.caption.title for result in results.all] == ["one", "two", "three"]


def test_an_exported_result_is_not_replaced() -> None:
    results = Results()
    results.add(recipe(0.9), picture(), Caption("one"), "strength 1")
    results.keep_last()
    results.add(recipe(0.8), picture(), Caption("two"), "strength 1")
    assert len(results.all) == 2


def test_a_result_can_be_found() -> None:
    results = Results()
    only = results.add(recipe(0.9), picture(), Caption("one"))
    assert results.of(recipe(0.9)) is only
    assert results.of(recipe(0.8)) is None
    assert results.find(only.key) is only
    assert results.find("no such key") is None


def test_a_compressed_picture_looks_the_same() -> None:
    result = Results().add(recipe(0.9), picture(), Caption("one"))
    before = result.picture.image
    result.picture.compress()
    after = result.picture.image
    assert after.size() == before.size()
    assert abs(after.pixelColor(300, 200).red() - before.pixelColor(300, 200).red()) <= 2


def test_thumbnails_are_small_and_their_number_bounded() -> None:
    results = Results()
    for number in range(MAX_RESULTS + 5):
        results.add(recipe(number / 1000), picture(), Caption(str(number)))
    assert len(results.all) == MAX_RESULTS
    assert results.all[-1].caption.title == str(MAX_RESULTS + 4)
    thumbnail = results.all[0].thumbnail
    assert (thumbnail.width(), thumbnail.height()) == (THUMBNAIL_EDGE, THUMBNAIL_EDGE * 2 // 3)
