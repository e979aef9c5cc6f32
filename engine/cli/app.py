"""The table of commands, and the one place that turns errors into exit codes."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer

from engine.api.errors import (
    BadRequest,
    DiskFull,
    FileUnreadable,
    OtherModel,
    OutOfMemory,
    SfumatoError,
    UnknownFormat,
    UnknownModel,
    UnknownStyle,
)
from engine.cli import (
    batch,
    directions,
    doctor,
    generate,
    invert,
    models,
    morph,
    render,
    runs,
    styles,
    stylize,
    train,
    train_encoder,
    train_style,
    train_upscaler,
    upscale,
)
from engine.cli.report import failed
from engine.device import is_out_of_memory

USAGE_ERRORS = (BadRequest, OtherModel, UnknownFormat, UnknownModel, UnknownStyle)
"""What was asked for makes no sense: exit code 2. Everything else that fails: 1."""

INTERRUPTED = 130
"""What shells expect of a program that Ctrl+C has stopped."""

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quick, and legible in every terminal and file
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
app.command("batch")(batch.batch)
app.command("render")(render.render)
app.command("upscale")(upscale.upscale)
app.command("generate")(generate.generate)
app.command("morph")(morph.morph)
app.command("invert")(invert.invert)
app.command("directions")(directions.directions)
app.command("train")(train.train)
app.add_typer(runs.app, name="runs")
app.command("train-encoder")(train_encoder.train_encoder)
app.command("train-style")(train_style.train_style)
app.command("train-upscaler")(train_upscaler.train_upscaler)
app.command("styles")(styles.styles)
app.add_typer(models.app, name="models")
app.command("doctor")(doctor.doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, by default the one in `sys.argv`; returns its exit code: 0 success, 1 failure, 2 bad usage, 130 interrupted.

    Whatever fails is said in one line on stderr; only a bug of ours ends in a traceback.
    """
    with _surroundings():
        try:
            given = None if arguments is None else list(arguments)
            code = typer.main.get_command(app).main(args=given, prog_name="sfumato", standalone_mode=False)
        except typer.TyperException as error:
            failed(_usage(error))
            return error.exit_code
        except SfumatoError as error:
            failed(error)
            return 2 if isinstance(error, USAGE_ERRORS) else 1
        except OSError as error:
            failed(_explained(error))
            return 1
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            failed(OutOfMemory("this command"))
            return 1
        if code == INTERRUPTED:
            failed("stopped.")
        return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> str:
    """One line of what typer says of a command line, with where to find help."""
    sentence = _bounds(error) or " ".join(error.format_message().split()).replace("Value error, ", "")  # pydantic's own words
    context = getattr(error, "ctx", None)
    return sentence if context is None else f"{sentence.rstrip('.')}: see `{context.command_path} --help`."


NUMBERS: Final = {
    "greater_than_equal": "{ge:g} or more",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "{le:g} or less",
    "less_than": "less than {lt:g}",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
}
"""What an option's number must be, by pydantic's kind of error."""


def _bounds(error: typer.TyperException) -> str:
    """Which numbers an option takes, where it was given another one; else empty."""
    param: Any = getattr(error, "param", None)
    cause: Any = error.__cause__
    if param is None or not hasattr(cause, "errors"):
        return ""
    first = cause.errors()[0]
    must = NUMBERS.get(first["type"])
    name = max(param.opts, key=len)
    return "" if must is None else f"{name} must be {must.format(**first.get('ctx', {}))}, not {first['input']}"


def _explained(error: OSError) -> SfumatoError:
    subject = error.filename or "A file"
    return DiskFull(subject) if error.errno == ENOSPC else FileUnreadable(subject, error.strerror or str(error))


@contextmanager
def _surroundings() -> Iterator[None]:
    """What commands rely on: streams that take every word, warnings that are not told twice, and a SIGTERM that cleans up."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # a program without a console on Windows
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as the process lives
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a file's name may hold what the terminal cannot show
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl+C: temporary files are removed
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")  # of odd metadata, which is of no matter here
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
