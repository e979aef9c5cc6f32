"""Batches read ahead of the steps by one thread, so that no step waits for the disk."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

AHEAD = 4
"""How many batches are kept ready."""
_POLL_SECONDS = 0.1  # how long the thread may need to notice that it is no longer wanted

Batch: TypeAlias = npt.NDArray[np.uint8]


class Prefetcher:
    """`take(step)` gives `read(step)`, which was called before it was asked for. To be closed.

    `read` runs in the thread: it must depend on the step alone, and never call torch (each thread that runs torch gets
    an OpenMP team of its own). What it raises is raised by `take`.
    Steps follow each other from `first`; after a jump (a run that goes back to its last checkpoint) reading starts over.

    `waits`: how many steps found nothing ready, those right after a start not counted; `waited_seconds`: for how long. A run
    whose `waits` stay far below its steps is never starved.
    """

    def __init__(self, read: Callable[[int], Batch], first: int = 0, ahead: int = AHEAD) -> None:
        self._read, self._ahead = read, ahead
        self.steps, self.waits, self.waited_seconds = 0, 0, 0.0
        self._closed = False
        self._next = first
        self._start(first)

    def take(self, step: int) -> Batch:
        """The batch of a step. Raises what reading it raised; ValueError after `close`."""
        if self._closed:
            raise ValueError("the stream of pictures is closed")
        if step != self._next:
            self._stop_thread()
            self._start(step)
        batch = self._taken()
        if isinstance(batch, Exception):
            self._stop_thread()
            self._start(step)  # the next try reads it again
            raise batch
        self.steps += 1
        self._next, self._warm = step + 1, True
        return batch

    def close(self) -> None:
        """End the thread; may be called twice."""
        if not self._closed:
            self._closed = True
            self._stop_thread()

    def _taken(self) -> Batch | Exception:
        try:
            return self._ready.get_nowait()
        except queue.Empty:
            began = time.perf_counter()
            batch = self._ready.get()
            if self._warm:
                self.waits += 1
                self.waited_seconds += time.perf_counter() - began
            return batch

    def _start(self, first: int) -> None:
        self._next, self._warm = first, False
        self._unwanted = threading.Event()
        self._ready: queue.Queue[Batch | Exception] = queue.Queue(self._ahead)
        # A daemon: an interpreter that ends without `close` must not wait for it.
        self._thread = threading.Thread(
            target=_fill, args=(self._read, first, self._ready, self._unwanted), name="sfumato-pictures", daemon=True
        )
        self._thread.start()

    def _stop_thread(self) -> None:
        self._unwanted.set()
        self._thread.join()


def _fill(read: Callable[[int], Batch], step: int, ready: queue.Queue[Batch | Exception], unwanted: threading.Event) -> None:
    while not unwanted.is_set():
        batch: Batch | Exception
        try:
            batch = read(step)
        except Exception as error:  # it belongs to whoever takes the batch
            batch = error
        while not unwanted.is_set():
            try:
                ready.put(batch, timeout=_POLL_SECONDS)
                break
            except queue.Full:
                continue
        if isinstance(batch, Exception):
            return
        step += 1
