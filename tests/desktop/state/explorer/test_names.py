"""What a picture is called among others of its generator."""

from __future__ import annotations

import pytest

from desktop.state.explorer.names import short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("scrolls-128 5042", "Seed 5042"),
        ("scrolls-128 0 with scrolls-128 212247", "Seed 0 with seed 212247"),
        ("scrolls-128, a place on the map with scrolls-128 7", "A place on the map with seed 7"),
        ("The twelfth with scrolls-128 7", "The twelfth with seed 7"),
        ("scrolls-128, a place on the map", "A place on the map"),
        ("scrolls-128, place 12 of a path", "Place 12 of a path"),
        ("scrolls-128 picture", "Picture"),
        ("scrolls-1289 4", "scrolls-1289 4"),
        ("my-scrolls-128 4", "my-scrolls-128 4"),
        ("scrolls-128", "scrolls-128"),
        ("the twelfth", "the twelfth"),
        ("", ""),
    ],
)
def test_the_generators_name_gives_way(name: str, short: str) -> None:
    assert short_name(name, "scrolls-128") == short
    assert short_name(name, "") == name
