"""A folder that is to be trained on: its files looked at one by one in the I/O thread, its pictures shown, its training estimated."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.api.events import Frame, Progress
from engine.api.requests import ExamineFolder
from engine.api.training import FolderReport, LeftOut
from engine.context import Context, Step, Wait
from engine.imaging.picture import Picture
from engine.imaging.resampling import resize
from engine.imaging.sheets import Pixels, sheet
from engine.jobs.preview import frame
from engine.training.generator import doctor, setup
from engine.training.generator.doctor import Examined, Report
from engine.training.generator.estimating import estimate

SHOWN, COLUMNS, EDGE = 24, 6, 96
"""The sheet: up to so many pictures from all over the folder, so many in a row, of so many pixels each."""

Examination = Generator[Examined, None, Report]


def examine_folder(request: ExamineFolder, context: Context) -> Generator[Step, Any, FolderReport]:
    """Examine every file and train a few steps on noise; one `Frame` for each picture that comes onto the sheet."""
    budgets = {"folder": request.folder, "precision": context.device.precision}
    device = context.device.torch_device
    config = setup.in_small_parts(setup.new(Path(), request.size, request.kind, {"fit": request.fit}, budgets), device)
    examination = doctor.examine(request.folder, request.size, request.fit)
    report = yield from examined(examination, context, _Sheet().add)
    yield Progress(0, 1, "measuring how fast this machine trains")
    found = yield from estimate(config, device)
    left_out = tuple(LeftOut(item.name, item.reason, item.detail) for item in report.set_aside)
    return FolderReport(request.folder, request.size, len(report.usable), left_out, report.sentences(), found)


def examined(
    examination: Examination, context: Context, show: Callable[[Examined], Frame | None] = lambda _: None
) -> Generator[Step, Any, Report]:
    """The report of an examination that runs in the I/O thread, one file at a time: a large picture takes seconds to decode."""
    with closing(examination):
        while True:
            now: Examined | Report = yield Wait(context.io.submit(_advanced, examination))
            if isinstance(now, Report):
                return now
            yield Progress(now.done, now.total, "reading pictures")
            if (shown := show(now)) is not None:
                yield shown


def _advanced(examination: Examination) -> Examined | Report:
    try:
        return next(examination)
    except StopIteration as end:
        report: Report = end.value
        return report


@dataclass
class _Sheet:
    """A usable picture of each of SHOWN equal parts of the folder, as it will be trained on; where a part has none, the next has two."""

    pictures: list[Pixels] = field(default_factory=list)

    def add(self, now: Examined) -> Frame | None:
        """The sheet, where a picture has come onto it."""
        place = now.done * SHOWN // (now.total + 1)
        if now.pixels is None or len(self.pictures) > place:
            return None
        small = resize(np.ascontiguousarray(now.pixels.transpose(1, 2, 0)), EDGE, EDGE)
        self.pictures.append(small.astype(np.uint8, copy=False).transpose(2, 0, 1))
        laid = sheet(np.stack(self.pictures), COLUMNS)
        alpha = np.full(laid.shape[:2], 255, np.uint8)
        if rest := len(self.pictures) % COLUMNS:
            alpha[-EDGE:, rest * EDGE :] = 0  # a row that is not full ends with its last picture
        return frame(Picture(laid, alpha), 1.0)
