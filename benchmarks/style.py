"""Speed and memory of the stylizer, beside MicroAST's published network.

    python -m benchmarks.style [--quick] [--json FILE]

All cores, one process tree, the cases in turns. Peak memory is that of whole processes: the command line's own figure, and
the peer's script.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

from benchmarks.report import Row, arguments, at_least, at_most, interleaved, publish, shared
from engine.device import choose
from engine.models import accelerated, registry
from engine.models.stylizer import StylizerModel
from engine.nets.stylizer import Moments, finish

PIXELS = 1024
PEAK = "import sys, re, pathlib; {code}; print(re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text())[1])"


def house(dtype: torch.dtype) -> StylizerModel:
    manifest = registry.find((registry.house_folder(),)).get(registry.HOUSE_STYLIZER)
    network = registry.load_stylizer(manifest)
    return StylizerModel(manifest, registry.fingerprint(manifest), network, torch.device("cpu"), dtype)


def whole(model: StylizerModel, content: Tensor, code: Tensor, moments: Moments) -> Callable[[], Tensor]:
    return lambda: finish(model.decode_steps(finish(model.encode_steps(content)), code, moments))


def peers() -> ModuleType:
    path = shared("tools", "peers.py")
    specification = importlib.util.spec_from_file_location("peers", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def speed(rounds: int) -> list[Row]:
    """Whole pictures and the drag's step, in milliseconds and as ratios."""
    microast = peers().MicroAST()
    content, style = torch.rand(1, 3, PIXELS, PIXELS), torch.rand(1, 3, 512, 512)
    plain, quick = house(torch.float32), house(choose("cpu").dtype)
    code = finish(plain.code_steps(style))
    moments = Moments.of(finish(plain.encode_steps(content)))
    small = finish(quick.encode_steps(content[..., :512, :512]))
    other = finish(plain.code_steps(style.flip(1)))
    cases: dict[str, Callable[[], object]] = {
        "peer": lambda: microast(content, style),
        "fp32": whole(plain, content, code, moments),
        "quick": whole(quick, content, code, moments),
        "drag": lambda: finish(quick.decode_steps(small, torch.lerp(code, other, 0.3), moments)),
    }
    if accelerated.is_available():
        cases["extra"] = _accelerated(code, moments)
    took = interleaved(cases, rounds)
    megapixels = PIXELS**2 / 1e6
    rows = [
        Row("MicroAST, 1024², plain torch", round(took["peer"] * 1e3 / megapixels), "ms/MP"),
        Row("house stylizer, 1024², plain torch fp32", round(took["fp32"] * 1e3 / megapixels), "ms/MP"),
        Row(f"house stylizer, 1024², plain torch {choose('cpu').precision}", round(took["quick"] * 1e3 / megapixels), "ms/MP"),
        at_least("faster, plain torch fp32", took["peer"] / took["fp32"], "×", 5, "MicroAST"),
        at_least("faster, plain torch", took["peer"] / took["quick"], "×", 8, "MicroAST"),
        at_most("re-mix and decode at 512², content cached", took["drag"] * 1e3, "ms", 30),
    ]
    if "extra" in took:
        side = accelerated.SIDE
        per_pixel = took["extra"] / side**2
        rows.append(Row(f"house stylizer, {side}², speed extra", round(per_pixel * 1e9), "ms/MP"))
        rows.append(at_least("faster, speed extra", took["peer"] / PIXELS**2 / per_pixel, "×", 12, "MicroAST"))
    return rows


def _accelerated(code: Tensor, moments: Moments) -> Callable[[], Tensor]:
    manifest = registry.find((registry.house_folder(),)).get(registry.HOUSE_STYLIZER)
    network = registry.load_stylizer(manifest)
    bf16 = choose("cpu").dtype is torch.bfloat16
    cache = Path(tempfile.gettempdir()) / "sfumato-benchmark-openvino"
    compiled = accelerated.AcceleratedStylizer(network, bf16=bf16, threads=torch.get_num_threads(), cache=cache)
    content = torch.rand(1, 3, accelerated.SIDE, accelerated.SIDE)
    return lambda: compiled(content, code, moments)


def memory() -> list[Row]:
    """Peak resident memory of whole processes that stylize one picture of 1024 px."""
    content, style = sorted(shared("data", "dev", "content").iterdir())[0], sorted(shared("data", "dev", "style").iterdir())[0]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "desktop", "stylize", str(content), "--style", str(style), "--size", "1024", "--json"]
        said = subprocess.run([*command, "-o", str(Path(folder) / "out.png")], capture_output=True, text=True, check=True).stdout
    product = json.loads(said.splitlines()[-1])["peak_rss_mb"]
    run = "peers.MicroAST()(torch.rand(1, 3, 1024, 1024), torch.rand(1, 3, 512, 512))"
    code = f"sys.path.insert(0, {str(shared('tools'))!r}); import torch, peers; {run}"
    peer = subprocess.run([sys.executable, "-c", PEAK.format(code=code)], capture_output=True, text=True, check=True, env=os.environ).stdout
    return [
        Row("peak memory, `sfumato stylize` at 1024 px", product, "MB", peer="MicroAST's script"),
        Row("peak memory, MicroAST's script at 1024²", round(int(peer) * 1024 / 1e6, 1), "MB"),
    ]


def main() -> None:
    options = arguments(__doc__)
    torch.set_num_threads(choose("cpu").threads)
    print(f"{torch.get_num_threads()} threads, {choose('cpu').title}, torch {torch.__version__}")
    publish(speed(1 if options.quick else 7) + memory(), options.json)


if __name__ == "__main__":
    main()
