"""Getting the engine ready: torch loaded without holding up the window, then everything that a job is handed.

Importing this module imports neither torch nor the jobs; its functions do, in the thread that calls them.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import sys
import threading
from pathlib import Path

from engine.api.places import Places
from engine.context import Context, IoWorker, Jobs

logger = logging.getLogger(__name__)

_LIBRARIES = ("libc10", "libtorch_cpu", "libtorch_python")

_LOADING = threading.Lock()
"""Held while torch is imported. Where two threads wait for each other's imports, Python lets one of them go on with half a module:
a second engine of this process waits here instead."""


def open_context(
    places: Places,
    *,
    device: str = "auto",
    threads: int | None = None,
    seed: int = 0,
    model_folders: tuple[Path, ...] | None = None,
) -> Context:
    """Load torch (seconds, which cannot be interrupted) and choose the device; `threads` is all cores where not given, and
    `model_folders` are where models are looked for beside the house models, the artist's own folder where not given.

    Raises BadRequest where the device is not to be had, and ImportError or OSError where torch is missing or broken.
    """
    with _LOADING:
        preload_torch()
        import torch

    from engine.blobs import BlobStore
    from engine.device import choose
    from engine.models.pool import ModelPool
    from engine.models.registry import house_folder

    chosen = choose(device, threads)
    torch.set_num_threads(chosen.threads)
    for note in chosen.notes:
        logger.info(note)
    folders = (*((places.models,) if model_folders is None else model_folders), house_folder())
    return Context(places, BlobStore(places.blobs), IoWorker(), ModelPool(folders, chosen.torch_device, chosen.dtype), chosen, seed)


def house_jobs() -> Jobs:
    """The jobs that the engine knows."""
    from engine.jobs import JOBS

    return dict(JOBS)


def preload_torch() -> None:
    """Map torch's libraries before `import torch` does.

    The import would do it holding the interpreter's lock, and the window would stand still for half a second; a call
    through ctypes lets go of the lock. Where a library cannot be mapped, the import that follows says so better.
    """
    if "torch" in sys.modules or sys.platform == "win32":
        return
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    for name in _LIBRARIES:
        _map(Path(found.origin).parent / "lib" / f"{name}{suffix}")


def _map(library: Path) -> None:
    # Not ctypes.CDLL(library): Python 3.11 holds the lock in it.
    process = ctypes.CDLL(None)
    process.dlopen.argtypes, process.dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    process.dlerror.restype = ctypes.c_char_p
    if not process.dlopen(os.fsencode(library), os.RTLD_LAZY | os.RTLD_LOCAL):
        logger.debug("cannot map %s ahead of torch: %s", library, os.fsdecode(process.dlerror() or b"no reason given"))
