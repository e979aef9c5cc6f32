"""What a command says: progress to stderr, results to stdout, one JSON object a line where that was asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil

from engine.api.events import Progress


class Report:
    """Where a command's words go. With `as_json`, every event is one line of JSON on stdout.

    Progress that is overwritten in place is for a terminal: where stderr is a file, only sentences go there.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._last = ""
        self._live = sys.stderr.isatty()

    def progress(self, step: Progress) -> None:
        """Say it once for every whole percent, and what is told with it."""
        if step.note and not self.as_json:
            self.note(step.note)
        line = f"{step.stage} {step.fraction:4.0%}"
        if line == self._last and not step.note:
            return
        self._last = line
        if self.as_json:
            told = {"note": step.note} if step.note else {}
            self._write({"event": "progress", "stage": step.stage, "fraction": round(step.fraction, 4), **told})
        elif self._live:
            sys.stderr.write(f"\r\033[K{line}")
            sys.stderr.flush()

    def step(self, sentence: str, **values: object) -> None:
        """Progress that has no end in sight: a sentence for a person, or its values."""
        if self.as_json:
            self._write({"event": "progress", **values})
        else:
            self.note(sentence)

    def note(self, sentence: str) -> None:
        """A sentence for a person; not part of the JSON."""
        self.clear()
        sys.stderr.write(f"{sentence}\n")

    def finished(self, sentence: str, **values: object) -> None:
        """The last line."""
        self.clear()
        if self.as_json:
            self._write({"event": "finished", **values})
        else:
            sys.stdout.write(f"{sentence}\n")
            sys.stdout.flush()

    def clear(self) -> None:
        """Take the line of progress away, for a sentence of failure to stand alone."""
        if self._live and self._last and not self.as_json:
            sys.stderr.write("\r\033[K")
            self._last = ""

    @staticmethod
    def _write(event: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


def failed(why: object) -> None:
    """One line on stderr."""
    sys.stderr.write(f"sfumato: {why}\n")


def peak_rss_mb() -> float:
    """The most memory that this process has held, in MB (10^6 bytes)."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss may be inherited from the parent; this is not
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    memory = psutil.Process().memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e6
