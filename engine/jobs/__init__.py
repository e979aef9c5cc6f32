"""What the engine can do, one generator each, listed once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from engine.api import requests
from engine.jobs.export import export
from engine.jobs.library import import_picture, style_sample, thumbnail
from engine.jobs.preview import preview
from engine.jobs.warm_up import warm_up

Job = Callable[..., Generator[Any, Any, Any]]

JOBS: tuple[tuple[type[requests.Request[Any]], Job], ...] = (
    (requests.WarmUp, warm_up),
    (requests.ImportPicture, import_picture),
    (requests.Thumbnail, thumbnail),
    (requests.StyleSample, style_sample),
    (requests.Preview, preview),
    (requests.Export, export),
)
