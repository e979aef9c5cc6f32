from __future__ import annotations

import ctypes
import sys
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

import psutil
import pytest
import torch

from engine import device
from engine.api.errors import BadRequest, DiskFull
from engine.device import Device, Name, Probe, choose, cores, describe, free_memory, is_out_of_memory, trim_memory


def only(monkeypatch: pytest.MonkeyPatch, **probes: Probe) -> None:
    """A machine whose devices are as given, and whose others are not there."""
    monkeypatch.setattr(device, "_probe", lambda name: probes.get(name, Probe(name == "cpu", "none is found")))
    monkeypatch.setattr(device, "_precision", lambda name: "bfloat16" if name == "cuda" else "float32")
    monkeypatch.setattr(device, "free_memory", lambda name: 10 * 2**30)


# ---- the choice ----


@pytest.mark.parametrize(
    ("usable", "wish", "chosen"),
    [
        ((), "auto", "cpu"),
        (("cuda",), "auto", "cuda"),
        (("mps",), "auto", "mps"),
        (("cuda", "mps"), "auto", "cuda"),
        (("cuda", "mps"), "mps", "mps"),
        (("cuda",), "cpu", "cpu"),
    ],
)
def test_auto_takes_the_fastest_and_a_wish_is_granted(
    monkeypatch: pytest.MonkeyPatch, usable: tuple[str, ...], wish: str, chosen: str
) -> None:
    only(monkeypatch, **dict.fromkeys(usable, Probe(True)))
    found = choose(wish, threads=3)
    assert (found.name, found.threads, found.notes) == (chosen, 3, ())
    assert found.memory_budget == int(10 * 2**30 * device.BUDGET_SHARE)


def test_a_card_that_is_there_and_does_not_work_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cuda=Probe(False, "no kernel image is available", broken=True))
    found = choose()
    assert found.name == "cpu"
    assert found.notes == ("The device cuda is not used: no kernel image is available.",)
    assert describe(found)[-1] == found.notes[0]


def test_a_wish_that_cannot_be_granted_says_what_can(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cuda=Probe(True))
    with pytest.raises(BadRequest, match=r"The device mps: it cannot be used here \(none is found\); this machine has: cpu, cuda\."):
        choose("mps")


def test_a_wish_for_no_device_at_all_is_refused() -> None:
    with pytest.raises(BadRequest, match="The device tpu: it must be one of auto, cpu, cuda, mps"):
        choose("tpu")


def test_this_machine_has_a_cpu() -> None:
    found = choose("cpu")
    assert found.torch_device == torch.device("cpu")
    assert found.dtype in (torch.bfloat16, torch.float32)
    assert found.memory_format == torch.channels_last
    assert found.threads == cores() >= 1
    assert 0 < found.memory_budget < psutil.virtual_memory().total
    assert describe(found)[0].startswith("cpu (")


# ---- what works ----


def test_a_card_that_works_computes_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    device._convolve("cpu")
    monkeypatch.setattr(torch.nn.functional, "conv2d", lambda ones, weight: torch.zeros(1, 8, 6, 6))
    with pytest.raises(RuntimeError, match="it computes 0 where 20736 is right"):
        device._convolve("cpu")


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_build_of_torch_without_a_device_is_not_a_broken_one(monkeypatch: pytest.MonkeyPatch, name: Name) -> None:
    monkeypatch.setattr(getattr(torch.backends, name), "is_built", lambda: False)
    assert device._probe(name) == Probe(False, "this build of torch does not know it")


def test_a_driver_that_does_not_answer_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable() -> bool:
        warnings.warn("CUDA initialization: the driver is too old\n(at cuda.cpp)", stacklevel=1)
        return False

    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", unavailable)
    assert device._probe("cuda") == Probe(False, "CUDA initialization: the driver is too old", broken=True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device._probe("cuda") == Probe(False, "none is found")


def test_a_card_that_fails_at_the_trial_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: Name) -> None:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nCompile with ...")

    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(device, "_convolve", fails)
    assert device._probe("cuda") == Probe(False, "CUDA error: no kernel image is available for execution on the device", broken=True)
    monkeypatch.setattr(device, "_convolve", lambda name: None)
    assert device._probe("cuda") == Probe(True)


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [({"avx512_bf16": True}, "bfloat16"), ({"amx_bf16": True}, "bfloat16"), ({"avx512_f": True}, "float32"), ({"neon": True}, "float32")],
)
def test_the_cpu_computes_in_bf16_where_it_can(monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], precision: str) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    assert device._precision("cpu") == precision
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert device._precision("cpu") == "float32"


@pytest.mark.parametrize(("generation", "precision"), [((7, 5), "float32"), ((8, 0), "bfloat16"), ((9, 0), "bfloat16")])
def test_a_card_computes_in_bf16_from_8_0_on(monkeypatch: pytest.MonkeyPatch, generation: tuple[int, int], precision: str) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: generation)
    assert device._precision("cuda") == precision
    assert device._precision("mps") == "float32"


def test_threads_are_the_physical_cores_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)
    for physical, expected in ((4, 4), (None, 8), (16, 8)):
        monkeypatch.setattr(psutil, "cpu_count", lambda logical, physical=physical: physical)
        assert cores() == expected


# ---- memory ----


def _group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_the_room_in_a_control_group_is_the_least_of_it_and_those_above(tmp_path: Path) -> None:
    _group(tmp_path / "user" / "app", memory__max="3000", memory__current="1000", memory__stat="anon 600\ninactive_file 400")
    _group(tmp_path / "user", memory__max="max", memory__current="5000", memory__stat="inactive_file 0")
    _group(tmp_path, memory__max="9000", memory__current="8000", memory__stat="inactive_file 0")
    assert sorted(device._control_group_rooms(tmp_path, ["/user/app"])) == [1000, 2400]


def test_control_groups_of_version_1_count_too(tmp_path: Path) -> None:
    _group(tmp_path / "memory", memory__limit_in_bytes="3000", memory__usage_in_bytes="1000", memory__stat="total_inactive_file 10")
    assert list(device._control_group_rooms(tmp_path, ["/a/path/outside/the/container"])) == [2010]
    assert list(device._control_group_rooms(tmp_path / "nowhere", ["/"])) == []


def test_free_memory_is_the_least_of_all_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=5000))
    monkeypatch.setattr(device, "_control_group_rooms", lambda root, groups: iter([4000]))
    monkeypatch.setattr(device, "_limited_room", lambda: iter([]))
    assert free_memory() == 4000
    monkeypatch.setattr(device, "_limited_room", lambda: iter([-1]))
    assert free_memory() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no RLIMIT_AS")
def test_bounds_on_the_process_leave_what_is_not_yet_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda which: (2**50, 2**50))
    rooms = list(device._limited_room())
    assert len(rooms) == 2, "of the address space and of the data in it"
    assert all(0 <= 2**50 - room < 2**45 for room in rooms)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert list(device._limited_room()) == []


# ---- out of memory ----


def test_torch_and_numpy_running_out_of_memory_are_recognised() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"))
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("unable to mmap 4811600 bytes from file <x.safetensors>: Cannot allocate memory (12)"))
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"))


@pytest.mark.parametrize(
    "error", [RuntimeError("shapes differ"), ValueError("CUDA out of memory"), DiskFull("out.png"), OSError("std::bad_alloc")]
)
def test_other_errors_are_not(error: Exception) -> None:
    assert not is_out_of_memory(error)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells how much memory a process has")
def test_freed_memory_goes_back_to_the_system() -> None:
    if getattr(ctypes.CDLL(None), "malloc_trim", None) is None:
        pytest.skip("another C library")

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096

    kept = [bytearray(50_000) for _ in range(2000)]
    last = bytearray(50_000)  # above it nothing is free: the heap cannot shrink by itself
    del kept
    before = resident()
    trim_memory()
    assert before - resident() > 30_000_000
    assert last


def test_a_device_is_a_value() -> None:
    assert Device("cpu", "float32", 1, 5) == Device("cpu", "float32", 1, 5)
    assert Device("cpu", "float32", 1, 5).dtype == torch.float32


def test_an_error_is_told_apart_while_another_thread_loads_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))  # as it is at the beginning of its import
    assert not is_out_of_memory(RuntimeError("shapes differ"))
    assert is_out_of_memory(RuntimeError("std::bad_alloc"))
