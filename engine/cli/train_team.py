"""sfumato train --devices N: several processes that train one run, started and watched over by this one."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from engine.api.errors import BadRequest, Failure, OutOfMemory, ProcessLost, SfumatoError
from engine.cli.report import Report
from engine.cli.train_news import follow
from engine.cli.training import first_interrupt

if TYPE_CHECKING:
    from torch.distributed import TCPStore  # type: ignore[attr-defined]

    from engine.device import Device as Chosen
    from engine.training.generator.config import TrainGenerator
    from engine.training.generator.team import FabricTeam

HERE = "127.0.0.1"

GRACE_SECONDS = 3.0
"""How long a process that has lost another one waits, so that the lost one is noticed first."""


def check(config: TrainGenerator, where: Chosen, count: int) -> None:
    """Raises BadRequest where `count` processes cannot train here, or not this."""
    config.check_shared_by(count)
    if where.name != "cpu":
        import torch

        there = torch.cuda.device_count() if where.name == "cuda" else 1
        if there < count:
            raise BadRequest(f"--devices {count}", f"this machine has {there} graphics card{'s' if there > 1 else ''}")
    if find_spec("lightning_fabric") is None:
        raise BadRequest(f"--devices {count}", "it needs Lightning Fabric: install Sfumato with its extra `devices`")


@dataclass(frozen=True)
class Task:
    """What every process of the team is told."""

    config: TrainGenerator
    device: str
    count: int
    threads: int
    port: int
    as_json: bool
    stop: Any
    """An event, set when the team is to end after its step."""
    said: Any
    """A queue for what the leader returns and what anybody fails with."""


def train_together(config: TrainGenerator, where: Chosen, count: int, as_json: bool) -> tuple[str | None, bool]:
    """Train until the end or an interrupt; returns the watch's last state, and whether it was an interrupt.

    Raises what the training raises, and ProcessLost where a process ends that should not.
    """
    from torch.multiprocessing.spawn import ProcessExitedException, spawn

    context = multiprocessing.get_context("spawn")
    threads = max(1, where.threads // count)
    store = meeting_place()  # as long as it is kept, its port is nobody else's
    task = Task(config, where.name, count, threads, store.port, as_json, context.Event(), context.SimpleQueue())
    logging.getLogger("torch.multiprocessing").setLevel(logging.ERROR)  # what is ended here is said below
    team = None
    try:
        with first_interrupt(task.stop.set) as interrupted:
            team = spawn(_work, (task,), count, join=False)  # type: ignore[no-untyped-call]
            while not team.join():
                pass
    except ProcessExitedException as error:
        said: object = None if task.said.empty() else task.said.get()
        if isinstance(said, Failure):  # not what the leader returned, where another one failed after it
            raise said.error() from error
        cause = error.signal_name or f"exit code {error.exit_code}"
        raise ProcessLost(f"the run in {config.run}", f"number {error.error_index + 1} of {count}, {cause}") from error
    finally:
        for process in team.processes if team is not None else ():  # some are left only after a second Ctrl+C
            process.kill()
    last: str | None = task.said.get()
    return last, interrupted.is_set()


def meeting_place() -> TCPStore:
    """Where the processes of a team find each other: a server in this process, at a port that the system has chosen and this machine alone
    reaches."""
    from torch.distributed import TCPStore  # type: ignore[attr-defined]

    with socket.socket() as listening:
        listening.bind((HERE, 0))
        listening.listen()
        port = listening.getsockname()[1]
        return TCPStore(HERE, port, is_master=True, wait_for_workers=False, master_listen_fd=listening.detach())


# ---- in each process ----


def _work(rank: int, task: Task) -> None:
    """Train as one of the team."""
    import torch

    from engine.device import is_out_of_memory
    from engine.training.generator.loop import train
    from engine.training.generator.team import TeamBroken

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process of a terminal: the one that watches over them asks them
    _end_with_parent()
    torch.set_num_threads(task.threads)
    try:
        team = _meet(rank, task)
        with closing(train(task.config, team.fabric.device, team)) as training:
            if team.leads:
                task.said.put(follow(training, threading.Event(), Report(task.as_json)))
            for _ in training:
                pass
    except TeamBroken:
        time.sleep(GRACE_SECONDS)
        raise SystemExit(1) from None
    except (SfumatoError, MemoryError, RuntimeError) as error:
        if not isinstance(error, SfumatoError) and not is_out_of_memory(error):
            raise
        task.said.put((error if isinstance(error, SfumatoError) else OutOfMemory("this training")).failure())
        raise SystemExit(1) from None


def _meet(rank: int, task: Task) -> FabricTeam:
    """Connect with the others."""
    import lightning_fabric
    from lightning_fabric.plugins.environments.lightning import LightningEnvironment

    from engine.training.generator.team import FabricTeam

    logging.getLogger(lightning_fabric.__name__).setLevel(logging.WARNING)
    os.environ |= {"MASTER_ADDR": HERE, "MASTER_PORT": str(task.port), "NODE_RANK": "0", "LOCAL_RANK": str(rank)}
    os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "True"  # the server is there already: none of the team begins another one
    environment = LightningEnvironment()  # whatever cluster's variables are set
    fabric = lightning_fabric.Fabric(accelerator=task.device, devices=task.count, strategy="ddp", plugins=[environment])
    fabric.launch()
    return FabricTeam(fabric, task.stop.is_set)


def _end_with_parent() -> None:
    """A team whose watcher was killed must not train on: nobody would know that it does."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=end, name="sfumato-parent", daemon=True).start()
