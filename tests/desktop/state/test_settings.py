from __future__ import annotations

from pathlib import Path

from desktop.state.settings import MAX_RECENT, ExportChoice, Settings, SettingsStore


def test_a_change_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "home" / "settings.json"
    SettingsStore(file).change(export=ExportChoice(folder="pictures", quality=80))
    again = SettingsStore(file)
    assert again.settings.export == ExportChoice(folder="pictures", quality=80)
    assert again.problem == ""


def test_a_damaged_file_becomes_the_defaults_and_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"recent": 3', encoding="utf-8")
    store = SettingsStore(file)
    assert store.settings == Settings()
    assert "settings.json.damaged" in store.problem
    assert (tmp_path / "settings.json.damaged").read_text(encoding="utf-8") == '{"recent": 3'


def test_values_of_a_wrong_type_are_damage_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"recent": 3}', encoding="utf-8")
    assert SettingsStore(file).problem


def test_fields_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"favourites": ["ink"], "future": true}', encoding="utf-8")
    assert SettingsStore(file).settings.favourites == ("ink",)


def test_an_unwritable_folder_is_said_and_the_change_lasts_for_the_sitting(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder", encoding="utf-8")
    store = SettingsStore(tmp_path / "home" / "settings.json")
    store.change(favourites=("ink",))
    assert store.settings.favourites == ("ink",)
    assert "sitting" in store.problem


def test_recent_files_are_newest_first_without_repeats(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    for name in [*(f"{number}.png" for number in range(MAX_RECENT + 3)), "1.png", "0.png", "1.png"]:
        store.remember_recent(tmp_path / name)
    names = [Path(known).name for known in store.settings.recent]
    assert names[:2] == ["1.png", "0.png"]
    assert len(names) == MAX_RECENT == len(set(names))
    store.forget_recent(tmp_path / "1.png")
    assert Path(store.settings.recent[0]).name == "0.png"


def test_a_favourite_is_toggled(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    assert store.toggle_favourite("ink")
    assert "ink" in store.settings.favourites
    assert not store.toggle_favourite("ink")
    assert "ink" not in store.settings.favourites
