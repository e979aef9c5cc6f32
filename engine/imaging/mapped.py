"""Scratch files that libvips maps into memory. Every page that it has read counts as memory of this process until it is let go of: reading
a print of 600 megapixels would count as 1.8 GB."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PAGEOUT = 21
"""MADV_PAGEOUT of Linux 5.4: the pages go to where they come from, and are there again when they are read. libvips maps and unmaps in
threads of its own, so an address may be another mapping's by the time that it is used: this loses no page of anyone's, as MADV_DONTNEED
would. An older Linux refuses it, and counts them all."""


def let_go(path: Path) -> None:
    """Give up the pages of a file that this process has mapped only to read. Elsewhere than on Linux nothing is done."""
    advise = getattr(ctypes.CDLL(None), "madvise", None) if sys.platform.startswith("linux") else None
    if advise is None:
        return
    try:
        number = str(path.stat().st_ino)
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[1] == "r--s" and fields[4] == number and Path(fields[5]).name == path.name:
            start, end = (int(each, 16) for each in fields[0].split("-"))
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _PAGEOUT)


def watched(image: Any, path: Path, tell: Callable[[float], bool] = lambda _: True) -> None:
    """Have a libvips image that is made from a mapped file let go of it as it is evaluated, a hundred times. `tell` hears the fraction that
    is done, and answers whether to go on."""
    last = -1

    def evaluated(image: Any, progress: Any) -> None:
        nonlocal last
        if progress.percent == last:
            return
        last = progress.percent
        let_go(path)
        if not tell(last / 100):
            image.set_kill(True)

    image.set_progress(True)
    image.signal_connect("eval", evaluated)
