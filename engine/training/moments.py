"""The state of optimisers among a run's tensors, and parts of those by their names."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def below(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors under a name, without it."""
    return {key[len(name) + 1 :]: value for key, value in tensors.items() if key.startswith(f"{name}.")}


def moments(adam: torch.optim.Adam, name: str) -> dict[str, Tensor]:
    """What an optimiser remembers, under its name: `NAME.INDEX.KEY`."""
    states = adam.state_dict()["state"].items()
    return {f"{name}.{index}.{key}": value for index, state in states for key, value in state.items()}


def load_moments(adam: torch.optim.Adam, tensors: Mapping[str, Tensor], name: str) -> None:
    """Moments in the layout in memory of their parameters: fused kernels go by it, and do not look."""
    parameters = [parameter for group in adam.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in below(tensors, name).items():
        index, part = key.split(".")
        moment = value if part == "step" else torch.empty_like(parameters[int(index)]).copy_(value)
        state.setdefault(int(index), {})[part] = moment
    adam.load_state_dict({"state": state, "param_groups": adam.state_dict()["param_groups"]})
