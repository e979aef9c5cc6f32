"""What a job is handed, and what it may yield."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

from engine.api.events import Fidelity, Frame, Learned, Progress, Pulled, Tiles
from engine.api.places import Places
from engine.api.requests import Request

if TYPE_CHECKING:
    import torch

    from engine.blobs import BlobStore
    from engine.device import Device
    from engine.models.pool import ModelPool

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Wait:
    """Yielded, it suspends the job until the future is done: `result = yield Wait(future)` gives its result or raises its error.

    The future is this job's alone: it is cancelled with the job where it has not begun, and waited for where it has.
    """

    future: Future[Any]


Step: TypeAlias = Progress | Frame | Learned | Tiles | Fidelity | Pulled | Wait | None
"""What a job yields; None is only a place to stop or to turn to something more urgent."""


class IoWorker:
    """The engine's one thread for files: it decodes, encodes and writes, one thing after another, and never calls torch
    (each Python thread that runs torch gets a team of threads of its own)."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sfumato-io")

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have the thread call the function; raises RuntimeError after `close`."""
        return self._executor.submit(function, *args, **kwargs)

    def close(self) -> None:
        """Drop what has not begun, wait for what has, end the thread."""
        self._executor.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class Context:
    """Everything that a job may use beside its request."""

    places: Places
    blobs: BlobStore
    io: IoWorker
    models: ModelPool
    device: Device
    seed: int = 0
    tile_scale: float = 1.0
    """By how much tiles are smaller than usual: 0.5 after memory ran out once."""

    def generator(self) -> torch.Generator:
        """A random generator at its seed, for a job to make once and draw all its numbers from: then jobs that take turns do
        not change each other's pixels. It lives on the CPU, so that every device gets the same numbers."""
        import torch

        return torch.Generator().manual_seed(self.seed)

    def reduced(self) -> Context:
        """The same, for a job that ran out of memory."""
        return replace(self, tile_scale=self.tile_scale / 2)

    def release_memory(self) -> None:
        """Give back what can be made again: decoded pictures, cached results and loaded models."""
        self.blobs.forget()
        self.models.evict_idle()


Job: TypeAlias = Callable[[Any, Context], Generator[Step, Any, Any]]
"""`def job(request, context) -> Generator[Step, Any, Result]`: closing the generator cancels the job; nothing yields in `finally`."""

Jobs: TypeAlias = Mapping[type[Request[Any]], Job]
