"""How far apart two pictures are to the eye, roughly and cheaply: the fixed features of the memorisation watch.

They are two layers of random filters over a thumbnail and its colours: nothing is shipped for them, they are the same for every model
and on every machine, and 64 pictures take a few milliseconds.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.training.watch_features import features, thumbnails


@torch.no_grad()
def looks(pictures: Tensor) -> Tensor:
    """(N, D) fp32 features of pictures (N, 3, S, S) in -1..1; Euclidean distances between them mean something."""
    return features(thumbnails(pictures.clamp(-1, 1)))


def steps_between(seen: Tensor) -> Tensor:
    """(N - 1,) distances from each of (N, D) features to the next."""
    steps: Tensor = (seen[1:] - seen[:-1]).norm(dim=1)
    return steps
