from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from engine.training.generator.prefetch import AHEAD, Batch, Prefetcher


def number(step: int) -> Batch:
    return np.array([step], np.uint8)


def until(condition: threading.Event) -> None:
    assert condition.wait(10)


def test_a_step_that_is_slower_than_reading_never_waits() -> None:
    full = threading.Event()

    def read(step: int) -> Batch:
        if step == AHEAD:
            full.set()
        return number(step)

    stream = Prefetcher(read)
    until(full)  # the fifth batch is being read: four lie ready
    for step in range(AHEAD):
        assert stream.take(step) == step
    assert (stream.steps, stream.waits, stream.waited_seconds) == (AHEAD, 0, 0.0)
    stream.close()


def test_waiting_is_counted_but_not_that_for_the_first_batch() -> None:
    gate = threading.Semaphore(1)

    def read(step: int) -> Batch:
        gate.acquire()
        return number(step)

    stream = Prefetcher(read)
    assert stream.take(0) == 0
    assert stream.waits == 0
    later = threading.Timer(0.05, gate.release)
    later.start()
    assert stream.take(1) == 1
    assert stream.waits == 1
    assert stream.waited_seconds > 0
    gate.release(10)
    later.join()
    stream.close()


def test_reading_starts_over_after_a_jump() -> None:
    stream = Prefetcher(number, first=3)
    assert [int(stream.take(step)[0]) for step in (3, 4, 0, 1, 200)] == [3, 4, 0, 1, 200]
    stream.close()
    stream.close()


def test_an_error_reaches_whoever_takes_the_batch_and_may_pass() -> None:
    broken = [True]

    def read(step: int) -> Batch:
        if step == 1 and broken.pop():
            broken.append(False)
            raise OSError("the disk was pulled out")
        return number(step)

    stream = Prefetcher(read)
    stream.take(0)
    with pytest.raises(OSError, match="pulled out"):
        stream.take(1)
    assert stream.take(1) == 1
    stream.close()


def test_closing_does_not_wait_for_a_full_shelf() -> None:
    stream = Prefetcher(number)
    time.sleep(0.02)
    stream.close()  # that no thread is left is checked after every test
