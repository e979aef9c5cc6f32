"""sfumato runs: which trainings there are, and the removal of one."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from engine.api.errors import BadRequest
from engine.api.places import places
from engine.api.training import RunDescription
from engine.cli.options import Json

app = typer.Typer(help="The trainings on this machine.")


@app.command("list")
def list_runs(as_json: Json = False) -> None:
    """List the trainings, one a line, the one that was saved last first."""
    found = _all()
    for run in found:
        typer.echo(json.dumps(_plain(run)) if as_json else _line(run))
    if not found:
        typer.echo("There is no training yet: `sfumato train FOLDER --name NAME` begins one.", err=True)


@app.command("delete")
def delete_run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the training is called.", show_default=False)],
    number: Annotated[int | None, typer.Option(min=1, help="Which one, where there are several of that name.", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a training: its checkpoints, its copies of the pictures and its previews. It cannot be gone on with then; a model that was
    made of it stays, and so do your own pictures."""
    from engine.training.generator import catalogue

    run = _chosen(name, number)
    if not yes and not _is_wanted(run):
        typer.echo("Nothing was deleted.", err=True)
        return
    freed = catalogue.delete(run.folder, places().runs)
    said = {"event": "finished", "folder": str(run.folder), "bytes": freed}
    typer.echo(json.dumps(said) if as_json else f"{run.title} is deleted: {_size(freed)} came free.")


def _all() -> tuple[RunDescription, ...]:
    from engine.models import registry
    from engine.training.generator import catalogue

    return catalogue.describe_all(places().runs, registry.installed().models)


def _chosen(name: str, number: int | None) -> RunDescription:
    """Raises BadRequest where there is none, or where it is not clear which one is meant."""
    named = [run for run in _all() if run.name == name and number in (None, run.number)]
    if not named:
        which = name if number is None else f"{name} with the number {number}"
        raise BadRequest(f"There is no training called {which}", "`sfumato runs list` names those there are")
    if len(named) > 1:
        numbers = ", ".join(str(number) for number in sorted(run.number for run in named))
        raise BadRequest(f"The training {name}", f"there are {len(named)} of that name: choose one of them with --number ({numbers})")
    return named[0]


def _is_wanted(run: RunDescription) -> bool:
    if not sys.stdin.isatty():
        raise BadRequest(f"The training {run.title}", "say --yes to delete it where nobody can be asked")
    try:
        return typer.confirm(f"Delete {run.title}, {run.seen:,} pictures seen, and free {_size(run.bytes)}?", err=True)
    except typer.Abort:
        return False


def _line(run: RunDescription) -> str:
    size = "" if run.size is None else f"{run.size} px"
    state = "finished" if run.is_finished else "paused" if run.can_resume else "cannot go on"
    return f"{run.title:<20} {size:<7} seen {run.seen:>9,} pictures  {state:<12} {_size(run.bytes):>9}  {run.obstacle or run.folder}"


def _plain(run: RunDescription) -> dict[str, Any]:
    saved = None if run.saved_at is None else run.saved_at.isoformat()
    return {**vars(run), "folder": str(run.folder), "saved_at": saved, "finished": run.is_finished}


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
