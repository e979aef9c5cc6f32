"""Where the networks run: the device, its precision, its threads and its memory.

The one place that knows what running out of memory looks like. Importing this module does not import torch: the engine
thread does that when it calls `choose`.
"""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from engine.api.errors import BadRequest

if TYPE_CHECKING:
    import torch

Name = Literal["cpu", "cuda", "mps"]
NAMES: tuple[Name, ...] = get_args(Name)
Precision = Literal["bfloat16", "float32"]

AUTO = "auto"
PREFERENCE: tuple[Name, ...] = ("cuda", "mps", "cpu")
"""What `auto` tries, in turn."""

BUDGET_SHARE = 0.6
"""How much of the memory that is free at the start the engine plans with: the rest is for the window and other programs."""


@dataclass(frozen=True)
class Device:
    """Where the networks run. They are kept in `memory_format` and run in `precision`, with `threads` CPU threads."""

    name: Name
    precision: Precision
    threads: int
    memory_budget: int
    """Bytes of the device's memory that the engine plans with."""
    notes: tuple[str, ...] = ()
    """What a person should know of the choice, one sentence each: a card that is there and does not work."""

    @property
    def torch_device(self) -> torch.device:
        import torch

        return torch.device(self.name)

    @property
    def dtype(self) -> torch.dtype:
        import torch

        return torch.bfloat16 if self.precision == "bfloat16" else torch.float32

    @property
    def memory_format(self) -> torch.memory_format:
        """Channels last, on every device: convolutions of few channels on large pictures are fastest so."""
        import torch

        return torch.channels_last

    @property
    def title(self) -> str:
        """The card or processor in its maker's words."""
        import torch

        if self.name == "cuda":
            return str(torch.cuda.get_device_name())
        return str(torch.cpu.get_capabilities().get("cpu_name") or torch.cpu.get_capabilities()["architecture"])


@dataclass(frozen=True)
class Probe:
    """Whether a device works here. `broken`: it is there, but does not; `reason` says why not."""

    usable: bool
    reason: str = ""
    broken: bool = False


def choose(wish: str = AUTO, threads: int | None = None) -> Device:
    """The device for a wish: "auto", "cpu", "cuda" or "mps"; `threads` is all cores where not given.

    Auto is the first of `PREFERENCE` that computes something small; one that is there and fails is named in `notes`.
    Raises BadRequest where the wish is none of these, or is not to be had here.
    """
    if wish != AUTO and wish not in NAMES:
        raise BadRequest(f"The device {wish}", f"it must be one of {', '.join((AUTO, *NAMES))}")
    notes: list[str] = []
    for name in PREFERENCE:
        if wish not in (AUTO, name):
            continue
        probe = _probe(name)
        if probe.usable:
            return Device(name, _precision(name), threads or cores(), int(free_memory(name) * BUDGET_SHARE), tuple(notes))
        if wish == name:
            usable = ", ".join(other for other in NAMES if other != name and _probe(other).usable)
            raise BadRequest(f"The device {wish}", f"it cannot be used here ({probe.reason}); this machine has: {usable}")
        if probe.broken:
            notes.append(f"The device {name} is not used: {probe.reason}.")
    raise AssertionError("the CPU is always there")


def cores() -> int:
    """The physical cores that this process may use, at least 1: two threads on one core slow each other down."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def describe(device: Device | None = None) -> list[str]:
    """The device (or the one that `auto` finds) in words, a line each."""
    device = device or choose()
    lines = [
        f"{device.name} ({device.title})",
        f"{device.precision}, {device.threads} CPU threads",
        f"{device.memory_budget / 1e9:.1f} GB of memory to plan with",
    ]
    return [*lines, *device.notes]


# ---- what works here ----


def _probe(name: Name) -> Probe:
    if name == "cpu":
        return Probe(True)
    import torch

    backend = torch.backends.cuda if name == "cuda" else torch.backends.mps
    if not backend.is_built():
        return Probe(False, "this build of torch does not know it")
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        available = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
    if not available:  # torch warns where there is a card, but its driver does not answer
        return Probe(False, _first_line(complaints[0].message) if complaints else "none is found", broken=bool(complaints))
    return _trial(lambda: _convolve(name))


def _trial(compute: Callable[[], None]) -> Probe:
    try:
        compute()
    except (RuntimeError, AssertionError, OSError) as error:  # a card too old or too new for this build; a driver too old; broken libraries
        return Probe(False, _first_line(error), broken=True)
    return Probe(True)


def _convolve(name: Name) -> None:
    """The kind of work that the networks do, in small."""
    import torch

    ones = torch.ones(1, 8, 8, 8, device=name, dtype=getattr(torch, _precision(name)))
    total = torch.nn.functional.conv2d(ones, ones[..., :3, :3].expand(8, -1, -1, -1)).float().sum().item()
    if total != 72 * 8 * 36:  # 8 channels of 3 x 3 ones, in 8 maps of 6 x 6
        raise RuntimeError(f"it computes {total:g} where {72 * 8 * 36} is right")


def _precision(name: Name) -> Precision:
    """bf16 where the hardware multiplies it: AVX-512 BF16 or AMX through oneDNN, CUDA 8.0 and newer. Elsewhere it is emulated, and slow."""
    import torch

    if name == "cuda":
        fast = torch.cuda.get_device_capability() >= (8, 0)
    elif name == "cpu":
        has = torch.cpu.get_capabilities()
        fast = bool(has.get("avx512_bf16") or has.get("amx_bf16")) and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    else:
        fast = False
    return "bfloat16" if fast else "float32"


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")


# ---- memory ----


def free_memory(name: Name = "cpu") -> int:
    """Bytes that this process could still take on a device, at least 0.

    On the CPU: what the machine has free, what the control group (a container) leaves and what this process's limits allow,
    whichever is least. On Linux a process that takes more is killed, not told.
    """
    if name == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    rooms = [int(psutil.virtual_memory().available), *_control_group_rooms(Path("/sys/fs/cgroup"), _own_groups()), *_limited_room()]
    if name == "mps":  # shares the machine's memory, up to a bound of its own
        import torch

        rooms.append(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return max(0, min(rooms))


def _own_groups() -> list[str]:
    """The paths of this process's control groups: of version 2, and of version 1's memory controller."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return []
    fields = [line.split(":", 2) for line in lines]
    return [path for _, controllers, path in fields if controllers == "" or "memory" in controllers.split(",")]


def _control_group_rooms(root: Path, groups: list[str]) -> Iterator[int]:
    """Bytes left in each group and in those above it. In a container its own path may not be there: the root is the group."""
    for group in groups:
        folder = Path(group.lstrip("/"))
        for path in (folder, *folder.parents):
            yield from _room(root / path, "memory.max", "memory.current", "inactive_file")
            yield from _room(root / "memory" / path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _room(folder: Path, limit: str, usage: str, reclaimable: str) -> Iterator[int]:
    try:
        most = int((folder / limit).read_text(encoding="ascii"))
        used = int((folder / usage).read_text(encoding="ascii"))
        statistics = dict(line.split(maxsplit=1) for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
    except (OSError, ValueError):  # no such controller; "max": no limit
        return
    yield most - used + int(statistics.get(reclaimable, 0))  # cached file pages count as used, and are given back on demand


def _limited_room() -> Iterator[int]:
    """What the limits of this process (`ulimit -v` and `-d`) leave of its address space and of its data."""
    if sys.platform == "win32":
        return
    import resource

    import psutil

    used = psutil.Process().memory_info()
    for name, taken in (("RLIMIT_AS", used.vms), ("RLIMIT_DATA", getattr(used, "data", 0))):
        limit, _ = resource.getrlimit(getattr(resource, name))
        if limit != resource.RLIM_INFINITY:
            yield limit - int(taken)


# ---- memory that is free ----


def trim_memory() -> None:
    """Give the system what this process has freed. The C library of Linux keeps it for what comes next: after a photo was decoded or a
    network compiled, some hundred MB that nothing as large comes to use. Takes milliseconds; elsewhere nothing is done."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    if trim is not None:
        trim(0)


# ---- out of memory ----

_SIGNS = (
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",  # the same on Windows
    "CUDA out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "MPS backend out of memory",
    "std::bad_alloc",
    "Cannot allocate memory (12)",  # mapping a model's file
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out. Torch has a class for it on CUDA alone: elsewhere its message decides."""
    if isinstance(error, MemoryError):
        return True
    # Where torch is not loaded, the error is not torch's. Another thread may be loading it just now: then it has no attributes yet.
    kind = getattr(sys.modules.get("torch"), "OutOfMemoryError", None)
    if kind is not None and isinstance(error, kind):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)
