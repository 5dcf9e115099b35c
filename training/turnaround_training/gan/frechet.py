"""Frechet distance between sets of pictures in the features of our own encoder.

Features are the means over places of the trunk's last layer, of whole pictures given as if all were
car (mask 1 everywhere), so that the ground counts and no segmenter stands between.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from turnaround_training.device import device_of, moved
from turnaround_training.encoder.network import Encoder

SIDE = 128


@torch.no_grad()
def features(encoder: Encoder, pictures: Tensor) -> np.ndarray:
    """[N,3,S,S] in -1..1, any S -> float64 [N,F]; smaller pictures are enlarged bilinearly to 128 px."""
    colour = pictures * 0.5 + 0.5
    if colour.shape[-1] != SIDE:
        colour = functional.interpolate(colour, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    crops = torch.cat([colour, torch.ones_like(colour[:, :2])], dim=1)
    parts = [encoder.trunk(moved(part, device_of(encoder))).mean(dim=(2, 3)) for part in crops.split(32)]
    return torch.cat(parts).cpu().double().numpy()


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two sets of features [N,F] (Heusel et al. 2017)."""
    c1, c2 = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    values, vectors = np.linalg.eigh(c1)
    root = (vectors * np.sqrt(values.clip(0.0))) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ c2 @ root).clip(0.0)).sum()
    apart = first.mean(axis=0) - second.mean(axis=0)
    return float(apart @ apart + np.trace(c1) + np.trace(c2) - 2.0 * shared)
