"""A distance like LPIPS in the features of our own encoder (Zhang et al. 2018, without learned weights)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.segmenter.network import Residual


@torch.no_grad()
def perceptual_distance(trunk: nn.Sequential, first: Tensor, second: Tensor) -> Tensor:
    """Mean over depths and places of |f/|f| - g/|g||^2 for pictures [N,3,S,S] sRGB 0..1 -> [N]; 0 where they are equal.

    trunk: the encoder's, fed with the whole picture as car inside the photo, at 128 px; compared after every
    residual block.
    """
    features = [_features(trunk, pictures) for pictures in (first, second)]
    distances = [
        (functional.normalize(a, dim=1) - functional.normalize(b, dim=1)).square().sum(1).mean((1, 2))
        for a, b in zip(*features, strict=True)
    ]
    return torch.stack(distances).mean(0)


def _features(trunk: nn.Sequential, pictures: Tensor) -> list[Tensor]:
    if pictures.shape[-1] != 128:
        pictures = functional.interpolate(pictures, size=(128, 128), mode="area")
    x = torch.cat([pictures, torch.ones_like(pictures[:, :2])], 1)
    kept = []
    for layer in trunk:
        x = layer(x)
        if isinstance(layer, Residual):
            kept.append(x)
    return kept
