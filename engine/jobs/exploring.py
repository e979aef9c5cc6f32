"""What the engine can do in a generator's space, listed once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from engine.api import exploring
from engine.api import family as family_api
from engine.api.requests import Request
from engine.jobs import atlas, explore, family, film, invert

Job = Callable[..., Generator[Any, Any, Any]]

JOBS: tuple[tuple[type[Request[Any]], Job], ...] = (
    (exploring.OpenGenerator, explore.open_generator),
    (exploring.Visit, explore.visit),
    (exploring.ShowTiles, atlas.show_tiles),
    (exploring.FindOnMap, atlas.find_on_map),
    (exploring.FindLatents, explore.find_latents),
    (exploring.FindDirections, explore.find_directions),
    (exploring.ShowStrip, explore.show_strip),
    (exploring.ExportDirections, explore.export_directions),
    (exploring.ExportFilm, film.export_film),
    (exploring.Invert, invert.invert),
    (exploring.DragPoints, invert.drag_points),
    (family_api.CheckLibrary, family.mend_library),
    (family_api.PruneTunings, family.prune),
    (family_api.KeepPicture, family.keep_picture),
    (family_api.MarkPicture, family.mark_picture),
    (family_api.ListPictures, family.list_pictures),
    (family_api.FindFamily, family.find_family),
    (family_api.ReplayPicture, family.replay_picture),
    (family_api.NameDirection, family.name_direction),
    (family_api.DirectionNames, family.direction_names),
    (exploring.ReadCode, explore.read_code),
    (exploring.WriteCode, explore.write_code),
    (exploring.ConvertLatent, explore.convert_latent),
)
