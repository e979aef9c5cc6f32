"""What the studio remembers between sittings: recent files, favourites, the window's shape, the last export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from desktop.state.print_size import Unit
from engine.api.atomic import atomic_file
from engine.api.errors import SfumatoError
from engine.api.output import PROFILES, BleedEdges, Chroma, Compression, Intent, Output
from engine.api.proofing import Proof
from engine.api.requests import Upscale
from engine.api.upscaling import Variant

MAX_RECENT = 12

DEEP_SUFFIXES = (".png", ".tif", ".tiff")
"""Of files that hold 16 bits a sample."""


class ColourChoice(msgspec.Struct, frozen=True):
    """In which colours, as in `Output`."""

    profile: str = Output.profile
    intent: Intent = Output.intent
    black_point: bool = Output.black_point


class ExportChoice(msgspec.Struct, frozen=True):
    """The export dialog's last answers, as in `Output`; `long_edge` None is the photo's own size."""

    folder: str = ""
    suffix: str = ".png"
    long_edge: int | None = None
    quality: int = Output.quality
    unit: Unit = "px"
    dpi: float | None = None
    bleed: float = Output.bleed
    bleed_edges: BleedEdges = Output.bleed_edges
    bits: int | None = None
    lossless: bool = Output.lossless
    chroma: Chroma = Output.chroma
    compression: Compression = Output.compression
    profile: str = Output.profile
    intent: Intent = Output.intent
    black_point: bool = Output.black_point

    def told(self, output: Output) -> ExportChoice:
        """What to begin with the next time: all that an output says that is not about this one picture. Of a size in pixels the bleed is
        not kept: it belongs to paper."""
        return msgspec.structs.replace(
            self,
            folder=str(output.path.parent),
            suffix=output.path.suffix,
            long_edge=output.long_edge,
            quality=output.quality,
            dpi=output.dpi,
            bleed=self.bleed if self.unit == "px" else output.bleed,
            bleed_edges=output.bleed_edges,
            bits=output.bits,
            lossless=output.lossless,
            chroma=output.chroma,
            compression=output.compression,
            profile=output.profile,
            intent=output.intent,
            black_point=output.black_point,
        )

    @property
    def colours(self) -> ColourChoice:
        return ColourChoice(self.profile, self.intent, self.black_point)

    def output(self, folder: Path, long_edge: int | None, suffix: str, colours: ColourChoice) -> Output:
        """For other pictures, of this suffix, in these colours and the same depth and resolution."""
        deep = suffix in DEEP_SUFFIXES
        return Output(
            folder,
            long_edge,
            self.quality,
            bits=self.bits if deep else None,
            profile=colours.profile,
            intent=colours.intent,
            black_point=colours.black_point,
            dpi=self.dpi,
            chroma=self.chroma,
            compression=self.compression,
        )


class BatchChoice(msgspec.Struct, frozen=True):
    """Where many pictures went the last time, in which format, how large (None: each in its own size), and in which colours (None: those
    of the last export)."""

    folder: str = ""
    suffix: str = ".png"
    long_edge: int | None = None
    colours: ColourChoice | None = None


class EnlargeChoice(msgspec.Struct, frozen=True):
    """The answers of the last enlarging, as in `Upscale`; of `file` the size and the colours mean nothing."""

    scale: int = Upscale.scale
    variant: Variant = Upscale.variant
    model: str | None = None
    file: ExportChoice = ExportChoice()


class WindowShape(msgspec.Struct, frozen=True):
    """The window's geometry as Qt saves it (hexadecimal) and the splitters' sizes in pixels, by name."""

    geometry: str = ""
    splitters: dict[str, list[int]] = {}


class Settings(msgspec.Struct, frozen=True):
    """Every setting with its default; a field that a newer version wrote is ignored."""

    format: int = 1
    recent: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()
    window: WindowShape = WindowShape()
    export: ExportChoice = ExportChoice()
    proof: Proof = Proof(Output.profile)
    """What was last looked at in a soft proof, which need not have been exported."""
    batch: BatchChoice = BatchChoice()
    enlarge: EnlargeChoice = EnlargeChoice()

    @property
    def printer(self) -> Proof:
        """Whose colours a soft proof begins with: those of the last one, else those of the last export."""
        if self.proof.profile not in PROFILES:
            return self.proof
        return Proof(self.export.profile, self.export.intent, self.export.black_point, self.proof.gamut)


class SettingsStore(QObject):
    """The settings and their file. Each change is written at once.

    A damaged file never stops the studio: it is set aside as `….damaged`, the defaults are used, and `problem` says so.
    """

    changed = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.problem = ""
        self.settings = self._read()

    def change(self, **fields: Any) -> None:
        """Replace fields of the settings; a folder that cannot be written is told in `problem`."""
        changed = msgspec.structs.replace(self.settings, **fields)
        if changed == self.settings:
            return
        self.settings = changed
        self._write()
        self.changed.emit()

    def remember_recent(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        name = str(path.absolute())
        others = tuple(known for known in self.settings.recent if known != name)
        self.change(recent=(name, *others)[:MAX_RECENT])

    def forget_recent(self, path: Path) -> None:
        self.change(recent=tuple(known for known in self.settings.recent if known != str(path.absolute())))

    def toggle_favourite(self, key: str) -> bool:
        """Make a style a favourite or stop it being one; True where it now is."""
        favourites = self.settings.favourites
        chosen = key not in favourites
        self.change(favourites=(*favourites, key) if chosen else tuple(known for known in favourites if known != key))
        return chosen

    def _read(self) -> Settings:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.problem = f"The settings were damaged and start afresh; the old file is kept as {self._set_aside()}."
        except OSError as error:
            self.problem = f"The settings {self._path} cannot be read ({error.strerror}): the defaults are used."
        return Settings()

    def _set_aside(self) -> str:
        """Keep the damaged file under another name, which is returned; in a folder that cannot be written it keeps its own."""
        aside = self._path.with_name(self._path.name + ".damaged")
        try:
            self._path.replace(aside)
        except OSError:
            return self._path.name
        return aside.name

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(self._path, overwrite=True, durable=False) as stream:
                stream.write(msgspec.json.format(msgspec.json.encode(self.settings)))
        except (OSError, SfumatoError) as error:
            self.problem = f"The settings last for this sitting only: {error}"
