"""sfumato styles: the gallery's styles by the names that `stylize` knows them by."""

from __future__ import annotations

import json

import typer

from engine.api import gallery
from engine.cli.options import Json


def styles(as_json: Json = False) -> None:
    """List the gallery's styles, one a line."""
    for card in gallery.cards():
        typer.echo(json.dumps(vars(card)) if as_json else f"{card.id:<30} {card.caption}{f', {card.year}' if card.year else ''}")
