"""What every benchmark shares: rows, medians, the table and the JSON file."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"
NO_SHARED = 3


@dataclass(frozen=True)
class Row:
    """One measured value. `target` in words; `ok` is None where there is none; `peer` names what it is compared with."""

    name: str
    value: float
    unit: str
    target: str = ""
    ok: bool | None = None
    peer: str = ""


def at_most(name: str, value: float, unit: str, limit: float, peer: str = "") -> Row:
    return Row(name, round(value, 3), unit, f"≤ {limit:g}", value <= limit, peer)


def at_least(name: str, value: float, unit: str, limit: float, peer: str = "") -> Row:
    return Row(name, round(value, 3), unit, f"≥ {limit:g}", value >= limit, peer)


def arguments(description: str | None) -> argparse.Namespace:
    return parser(description).parse_args()


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has, for one that has others, too."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="each case once, in its smallest form")
    options.add_argument("--json", type=Path, help="write the rows to this file")
    return options


def shared(*parts: str) -> Path:
    """A path of the shared data; leaves with code 3 and a sentence where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        print(f"This benchmark needs {path.name} of the shared data folder beside the checkout, which is not there.", file=sys.stderr)
        raise SystemExit(NO_SHARED)
    return path


def interleaved(cases: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter) -> dict[str, float]:
    """Median seconds of each case. The cases take turns, so that a noisy moment meets them all; one untimed round goes before."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, case in cases.items():
            started = clock()
            case()
            if turn:
                times[name].append(clock() - started)
    return {name: statistics.median(measured) for name, measured in times.items()}


def publish(rows: Sequence[Row], file: Path | None) -> None:
    """Print the table, in the form of docs/performance.md, and write the JSON."""
    print("| what | value | target | |")
    print("|---|---|---|---|")
    for row in rows:
        verdict = "" if row.ok is None else "met" if row.ok else "missed"
        against = f" (against {row.peer})" if row.peer else ""
        print(f"| {row.name}{against} | {row.value:g} {row.unit} | {row.target} | {verdict} |")
    if file is not None:
        file.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")
