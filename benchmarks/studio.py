"""How fast the studio is on the screen, and whether it stays quick while the engine loads and works.

    python -m benchmarks.studio [--quick] [--json FILE]

Each round is a new process of the real studio, offscreen where there is no screen; medians over the rounds. A start before them
is not counted: it brings the files into the system's cache and compiles what has been edited, as an artist's first start does.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks.report import Row, arguments, at_most, publish

LIMITS = (
    ("first paint after start", "first_paint_s", "s", 0.6),
    ("torch loaded and the stylizer warm after start", "ready_s", "s", 5.0),
    ("longest gap of the window while torch loads", "loading_max_ms", "ms", 250.0),
    ("gap of a 60 Hz timer with the engine busy, p99", "busy_p99_ms", "ms", 35.0),
)


def round_of(seconds: float) -> dict[str, float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if not os.environ.get("DISPLAY") and sys.platform == "linux":
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "benchmarks.studio_probe", repr(time.time()), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    options = arguments(__doc__)
    round_of(0.5)
    rounds = [round_of(3 if options.quick else 10) for _ in range(1 if options.quick else 5)]
    medians = {name: statistics.median(measured[name] for measured in rounds) for name in rounds[0]}
    rows = [at_most(title, medians[name], unit, limit) for title, name, unit, limit in LIMITS]
    rows.append(Row("gap of a 60 Hz timer with the engine busy, median", round(medians["busy_p50_ms"], 1), "ms"))
    rows.append(Row("gap of a 60 Hz timer with the engine busy, longest", round(medians["busy_max_ms"], 1), "ms"))
    publish(rows, options.json)


if __name__ == "__main__":
    main()
