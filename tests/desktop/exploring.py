"""A sitting in the Explore workspace."""

from __future__ import annotations

from pathlib import Path

from desktop.state.explorer.explorer import Explorer
from engine.api.manifest import Manifest
from tests.desktop.sitting import Sitting


async def explored(sitting: Sitting, *models: str) -> Explorer:
    """The explorer with these generators, the first one open."""
    for id in models:
        sitting.script.generators[id] = Manifest(id, "generator", Path(f"{id}.safetensors"))
    sitting.studio.workshop.look_around()
    sitting.studio.explorer.enter()
    await sitting.settle()
    return sitting.studio.explorer
