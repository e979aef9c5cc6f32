"""sfumato models: which models there are, and where they come from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from engine.api.manifest import Manifest
from engine.cli.model_words import in_words
from engine.cli.options import Json

app = typer.Typer(help="The models on this machine.")


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {**vars(manifest), "path": str(manifest.path), "bytes": manifest.path.stat().st_size}


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """List the models, one a line."""
    from engine.models import registry

    found = registry.installed()
    for manifest in found.models:
        plain = _plain(manifest)
        words = f"{manifest.id:<20} {manifest.architecture:<12} {plain['bytes'] / 1e6:6.1f} MB  {manifest.path}"
        typer.echo(json.dumps(plain) if as_json else words)
    for sentence in found.skipped or ([] if found.models else ["No model was found: install Sfumato again."]):
        typer.echo(sentence, err=True)


@app.command("show")
def show_model(
    model: Annotated[str, typer.Argument(metavar="ID", help="The model's id.", show_default=False)], as_json: Json = False
) -> None:
    """Show how a model was made."""
    from engine.models import registry

    manifest = registry.installed().get(model)
    plain = _plain(manifest)
    for line in [json.dumps(plain)] if as_json else in_words(manifest, plain["bytes"]):
        typer.echo(line)
