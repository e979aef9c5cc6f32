"""What a model's manifest says, in words and groups, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.api.manifest import Manifest

KINDS = {"style": "style-based generator", "dcgan": "DCGAN", "dense": "first GAN"}
MOST_NAMES = 24
"""The width of the names' column."""

Rows = list[tuple[str, str]]


def in_words(manifest: Manifest, size: int) -> Iterator[str]:
    """Line by line: what it is, how it was made, how original it is. `size`: bytes of its file. Settings of networks and training are left
    to `--json`; whatever else a manifest of another version says is told as it stands."""
    yield f"{manifest.id}: {_what(manifest)}"
    yield from _group("", [("File", f"{manifest.path}, {size / 1e6:.1f} MB"), ("Licence", manifest.licence or "not said")])
    yield from _group("How it was made", _making(manifest.provenance))
    yield from _group("How original it is", _originality(manifest.originality))
    yield ""
    yield f"All settings: sfumato models show {manifest.id} --json"


def _group(title: str, rows: Rows) -> Iterator[str]:
    if not rows:
        return
    if title:
        yield ""
        yield title
    for name, value in rows:
        yield f"  {name:<{MOST_NAMES}}{value}"


def _what(manifest: Manifest) -> str:
    config = manifest.config
    if manifest.architecture == "upscaler":
        return f"an upscaler, ×{config.get('scale', '?')}"
    if manifest.architecture != "generator":
        return f"{'an' if manifest.architecture[:1] in 'aeiou' else 'a'} {manifest.architecture}"
    side = config.get("size", "?")
    return f"a {KINDS.get(config.get('kind', 'style'), 'generator')} of {side} × {side} px"


def _making(origin: Mapping[str, Any]) -> Rows:
    known = dict(origin)
    rows: Rows = []
    pictures, seen, hours = known.pop("pictures", None), known.pop("seen", None), known.pop("hours", None)
    if isinstance(pictures, int):
        times = f", each shown about {seen / max(1, pictures):,.0f} times" if isinstance(seen, int) else ""
        rows.append(("Learnt from", f"{pictures:,} pictures{times}"))
    if isinstance(seen, int):
        rows.append(("Pictures seen", f"{seen:,}"))
    if isinstance(steps := known.pop("steps", None), int):
        rows.append(("Steps", f"{steps:,}"))
    if isinstance(hours, int | float):
        rows.append(("Trained for", f"{hours:.1f} hours" if hours >= 1.5 else f"{hours * 60:.0f} minutes"))
    recipe = known.pop("recipe", None)
    if isinstance(recipe, Mapping):
        rows += _recipe(recipe)
    command = known.pop("command", None)
    known.pop("data_hash", None)
    rows += _others(known)
    if command:
        rows.append(("Command", str(command)))
    return rows


def _recipe(recipe: Mapping[str, Any]) -> Rows:
    """The few settings that a person chooses."""
    named = {
        "variant": "Variant",
        "begin_from": "Begun from",
        "loss": "Loss",
        "batch": "Pictures a step",
        "lr": "Learning rate",
        "seed": "Seed",
    }
    return [(name, str(recipe[key])) for key, name in named.items() if recipe.get(key) is not None]


def _originality(report: Mapping[str, Any]) -> Rows:
    if not report:
        return []
    known = dict(report)
    rows: Rows = [("In a sentence", str(known.pop("sentence", "") or "It does not say."))]
    early = known.pop("too_early", False)
    shares = {
        "copies": ("May be copies", "of its samples"),
        "coverage": ("Covers", "of the pictures"),
        "diversity": ("Variety", "of that of the pictures"),
    }
    for key, (name, of) in shares.items():
        if isinstance(share := known.pop(key, None), int | float) and not early:
            rows.append((name, f"{share:.0%} {of}"))
    known.pop("pictures", None)
    if isinstance(held := known.pop("held_out", None), int):
        rows.append(("Held out", f"{held:,} pictures, to tell learning from copying"))
    counts = {"samples": "Samples looked at", "windows": "Verdicts of the watch", "red_windows": "Red ones among them"}
    rows += [(name, f"{known.pop(key):,}") for key, name in counts.items() if isinstance(known.get(key), int)]
    return rows + _others(known)


def _others(values: Mapping[str, Any]) -> Rows:
    """What has no words of its own: the name as a phrase, the value as it is; groups of settings are left out."""
    plain = {key: value for key, value in values.items() if not isinstance(value, Mapping | list | tuple) and value is not None}
    return [(key.replace("_", " ").capitalize(), f"{value:,}" if type(value) is int else str(value)) for key, value in plain.items()]
