"""The table of commands, and the one place that turns errors into exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import click
import typer

from engine.api.errors import BadRequest, SfumatoError, UnknownFormat, UnknownModel, UnknownStyle
from engine.cli import doctor, models, stylize, train_style
from engine.cli.report import failed

USAGE_ERRORS = (BadRequest, UnknownFormat, UnknownModel, UnknownStyle)
"""What was asked for makes no sense: exit code 2. Everything else that fails: 1."""

app = typer.Typer(
    help="Sfumato: make images with generative networks. Without a command, the studio opens.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Sfumato {version('sfumato')}")
        raise typer.Exit


@app.callback()
def _root(
    show: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Sfumato: make images with generative networks. Without a command, the studio opens."""


app.command("stylize")(stylize.stylize)
app.command("train-style")(train_style.train_style)
app.add_typer(models.app, name="models")
app.command("doctor")(doctor.doctor)

COMMANDS = frozenset({"stylize", "train-style", "models", "doctor", "--version", "--help", "-h"})
"""First arguments that belong to the command line; anything else opens the studio."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code: 0 success, 1 failure, 2 bad usage, 130 interrupted."""
    try:
        given = None if arguments is None else list(arguments)
        code = typer.main.get_command(app).main(args=given, prog_name="sfumato", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("sfumato: stopped.\n")
        return 130
    except SfumatoError as error:
        failed(error)
        return 2 if isinstance(error, USAGE_ERRORS) else 1
    return code if isinstance(code, int) else 0
