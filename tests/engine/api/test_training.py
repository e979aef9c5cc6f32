from __future__ import annotations

import pytest

from engine.api.training import is_name


@pytest.mark.parametrize("name", ["boats", "boats 2", "Möwen-3", "CON fusion", "nullity", "com", "COM10", "a.b"])
def test_names_of_models(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "  ", ".hidden", "a/b", "a:b", "a\nb", "boats.", "boats ", "CON", "nul", "Aux.old", "com1", "LPT9.x", "COM²"]
)
def test_what_some_system_cannot_call_a_file_is_no_name(name: str) -> None:
    assert not is_name(name)
