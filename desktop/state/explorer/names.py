"""What a generated picture is called among others of the same generator: one name, wherever it is shown in the Explore workspace."""

from __future__ import annotations

import re


def short_name(name: str, model: str) -> str:
    """`name` without that of its generator: "Seed 12" of "scrolls 12", "Seed 0 with seed 12" of "scrolls 0 with scrolls 12",
    "A place on the map" of "scrolls, a place on the map". One that the artist has given stays as it is."""
    if not model:
        return name
    word = rf"(?<![\w-]){re.escape(model)}"
    told = re.sub(rf"{word} (?=\d+\b)", "seed ", name)
    told = re.sub(rf"{word},? (?=\w)", "", told)
    return name if told == name else told[:1].upper() + told[1:]
