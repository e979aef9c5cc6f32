"""The soft proof: what is on the canvas, in the colours of the printer that it may be exported for."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.state.link import Link
from desktop.state.settings import SettingsStore
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Frame
from engine.api.output import PROFILES, Output
from engine.api.proofing import Proof, SoftProof


class Proofing(QObject):
    """While it is on, `proofed` follows each frame that was shown; None takes the proof away. A profile that cannot be shown switches it
    off and gives way to the one before, and its sentence goes where troubles go."""

    proofed = Signal(object)
    changed = Signal()
    """On or off, another printer, or with or without the gamut warning."""

    def __init__(self, link: Link, tasks: Tasks, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._settings = settings
        self._frame: Frame | None = None
        self._sheet = object()
        self._proof = self.proof
        self._worked = Proof(Output.profile)
        """The last one that was shown; at first none of a printer."""
        self.on = False
        settings.changed.connect(self._look)

    @property
    def proof(self) -> Proof:
        """The printer's colours, as they were last looked at, or exported for."""
        return self._settings.settings.printer

    @property
    def has_printer(self) -> bool:
        """Whether those are a printer's: the named spaces are as wide as the screen, or wider."""
        return self.proof.profile not in PROFILES

    def switch(self, on: bool) -> None:
        if on != self.on:
            self.on = on
            self.changed.emit()
            self._show()

    def mark_gamut(self, on: bool) -> None:
        """Whether to mark what the printer cannot print."""
        self.choose(replace(self.proof, gamut=on))

    def use(self, profile: str) -> None:
        """Take the colours of an .icc file."""
        self.choose(replace(self.proof, profile=profile))

    def choose(self, proof: Proof) -> None:
        """Take these colours; what the next export begins with is another thing."""
        self._settings.change(proof=proof)

    def see(self, frame: Frame) -> None:
        """The canvas shows this frame from now on."""
        self._frame = frame
        if self.on:
            self._show()

    def forget(self) -> None:
        """The canvas shows another picture, or none."""
        self._frame = None
        self._sheet = object()
        self.proofed.emit(None)

    def _look(self) -> None:
        """The settings have changed."""
        if self.proof != self._proof:
            self._proof = self.proof
            self.changed.emit()
            if self.on:
                self._show()

    def _show(self) -> None:
        if not self.on:
            self.proofed.emit(None)
        elif self._frame is not None:
            self._tasks.spawn(self._proofed(self._frame, self.proof, self._sheet), "soft proof")

    async def _proofed(self, frame: Frame, proof: Proof, sheet: object) -> None:
        async with aclosing(self._link.stream(SoftProof(frame.pixels, frame.scale, proof))) as bodies:
            async for body in bodies:
                match body:
                    case Frame() if self.on and proof == self.proof and sheet is self._sheet:
                        self._worked = proof
                        self.proofed.emit(body)
                    case Failed(failure):
                        self.switch(False)
                        if proof == self.proof:
                            self.choose(replace(self._worked, gamut=proof.gamut))
                        raise RequestFailed(failure)
                    case _:
                        pass
