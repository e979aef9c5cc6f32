"""How fast the studio is on the screen, and whether it stays quick while the engine loads and works.

    python -m benchmarks.studio [--quick] [--json FILE] [--training]

`--training` measures only what is measured while a generator trains. Each round is a new process of the real studio, offscreen where
there is no screen; medians over the rounds. A start before them is not counted: it brings the files into the system's cache and
compiles what has been edited, as an artist's first start does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks.report import Row, at_most, parser, publish

LIMITS = (
    ("first paint after start", "first_paint_s", "s", 0.6),
    ("torch loaded and the stylizer warm after start", "ready_s", "s", 5.0),
    ("longest gap of the window while torch loads", "loading_max_ms", "ms", 250.0),
    ("gap of a 60 Hz timer with the engine busy, p99", "busy_p99_ms", "ms", 35.0),
)


def round_of(seconds: float) -> dict[str, float]:
    return probed("benchmarks.studio_probe", repr(time.time()), str(seconds))


def probed(module: str, *words: str) -> dict[str, float]:
    """What a probe prints, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if not os.environ.get("DISPLAY") and sys.platform == "linux":
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def options_of() -> argparse.Namespace:
    options = parser(__doc__)
    options.add_argument("--training", action="store_true", help="only what is measured while a generator trains")
    return options.parse_args()


def main() -> None:
    options = options_of()
    if options.training:
        publish(while_training(quick=options.quick), options.json)
        return
    round_of(0.5)
    rounds = [round_of(3 if options.quick else 10) for _ in range(1 if options.quick else 5)]
    medians = {name: statistics.median(measured[name] for measured in rounds) for name in rounds[0]}
    rows = [at_most(title, medians[name], unit, limit) for title, name, unit, limit in LIMITS]
    rows.append(Row("gap of a 60 Hz timer with the engine busy, median", round(medians["busy_p50_ms"], 1), "ms"))
    rows.append(Row("gap of a 60 Hz timer with the engine busy, longest", round(medians["busy_max_ms"], 1), "ms"))
    publish(rows + while_training(quick=options.quick), options.json)


def while_training(*, quick: bool) -> list[Row]:
    """The window and the previews while a generator trains at 64 px."""
    rounds = [probed("benchmarks.training_probe", "5" if quick else "20") for _ in range(1 if quick else 5)]
    found = {name: statistics.median(measured[name] for measured in rounds) for name in rounds[0]}
    limit = round(2 * found["idle_p95_ms"] + found["quantum_max_ms"], 1)
    return [
        at_most("gap of a 60 Hz timer while training, p99", found["gap_p99_ms"], "ms", 35.0),
        Row("gap of a 60 Hz timer while training, longest", round(found["gap_max_ms"], 1), "ms"),
        Row("preview at 512 px, idle, p95", round(found["idle_p95_ms"], 1), "ms"),
        at_most("preview at 512 px while training, p95 (twice idle, and one quantum)", found["busy_p95_ms"], "ms", limit),
        Row("preview at 512 px while training, median", round(found["busy_p50_ms"], 1), "ms"),
        Row("quantum of the training, p95", round(found["quantum_p95_ms"], 1), "ms"),
        Row("quantum of the training, longest", round(found["quantum_max_ms"], 1), "ms"),
        Row("training pictures a second meanwhile", round(found["pictures_per_s"], 1), "1/s"),
    ]


if __name__ == "__main__":
    main()
