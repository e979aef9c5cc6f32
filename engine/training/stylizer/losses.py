"""What a stylized picture should share with its photo and with its painting, as the teacher sees it.

Content: cosine distance, place by place, of instance-normalised features, so that structure counts and colour does not.
Style: Gram matrices (Gatys et al. 2016), each difference divided by the sizes of both, so that no style weighs more than
another (after the style-aware normalised loss, Cheng et al. 2021, arXiv 2104.10064).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "fire4")
CONTENT_LAYERS = ("relu3_1", "fire5", "fire9")

Features = dict[str, Tensor]


def gram(features: Tensor) -> Tensor:
    """(N, C, h, w) -> (N, C, C): channel by channel products, averaged over the places."""
    places = features.permute(0, 2, 3, 1).flatten(1, 2)  # a view, where the channels lie last in memory
    return (places.transpose(1, 2) @ places).float() / places.shape[1]


def normalised(features: Tensor) -> Tensor:
    """(N, C, h, w) -> the same, every channel with mean 0 and deviation 1, in the precision of the features.

    Only the moments need fp32; the elements, of which there are millions, stay as small as they come.
    """
    deviation, mean = torch.std_mean(features.float(), (2, 3), keepdim=True)
    scale = 1 / (deviation + 1e-5)
    return torch.addcmul((-mean * scale).to(features.dtype), features, scale.to(features.dtype))


def content_targets(features: Features) -> Features:
    """What is remembered of a photo's crop, in bf16: at every place, normalised features of unit length."""
    return {layer: F.normalize(normalised(features[layer]).float(), dim=1).bfloat16() for layer in CONTENT_LAYERS}


def style_targets(features: Features) -> Features:
    """What is remembered of a painting's crop."""
    return {layer: gram(features[layer]).bfloat16() for layer in STYLE_LAYERS}


def content_loss(features: Features, targets: Features) -> Tensor:
    """1 - cosine similarity, mean over places and layers: 0 for the photo itself."""
    losses = []
    for layer in CONTENT_LAYERS:
        ours, theirs = normalised(features[layer]), targets[layer].to(features[layer].dtype)
        along = (ours * theirs).sum(1, dtype=torch.float32)
        length = ours.square().sum(1, dtype=torch.float32).clamp_min(1e-6).sqrt()
        losses.append(1 - (along / length).mean())
    return torch.stack(losses).mean()


def style_loss(features: Features, targets: Features) -> Tensor:
    """|G - G'| / (|G| + |G'|), mean over pictures and layers: 0 for the same statistics, at most 1."""
    losses = []
    for layer in STYLE_LAYERS:
        ours, theirs = gram(features[layer]), targets[layer].float()
        difference = (ours - theirs).flatten(1).norm(dim=1)
        losses.append((difference / (ours.detach().flatten(1).norm(dim=1) + theirs.flatten(1).norm(dim=1))).mean())
    return torch.stack(losses).mean()


def total_variation(picture: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels."""
    return (picture[..., 1:] - picture[..., :-1]).abs().mean() + (picture[..., 1:, :] - picture[..., :-1, :]).abs().mean()


def out_of_range(picture: Tensor) -> Tensor:
    """How far pixels lie outside 0..1, on average."""
    return F.relu(picture - 1).mean() + F.relu(-picture).mean()
