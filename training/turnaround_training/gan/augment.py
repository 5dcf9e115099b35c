"""Adaptive augmentation of what the discriminator sees (Karras et al. 2020, ADA), its invertible core.

With probability p each: mirroring, shifting by whole pixels up to 1/8 of the side, scaling by
2^N(0, 0.2), brightness N(0, 0.2), contrast 2^N(0, 0.5), saturation 2^N(0, 1) and turning all hues.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from turnaround_training.processes import Share

GREY = 1.0 / 3.0


def augmented(pictures: Tensor, probability: float, random: np.random.Generator, share: Share | None = None) -> Tensor:
    """[N,3,S,S] in -1..1 -> the same shape, differentiable; probability 0 returns the pictures themselves.

    share: which rows of a larger batch they are; the randomness is that of the whole one.
    """
    if probability <= 0.0:
        return pictures
    share = share or Share(len(pictures))
    return _coloured(_moved(pictures, probability, random, share), probability, random, share)


def _chosen(
    random: np.random.Generator, count: int, probability: float, values: np.ndarray, neutral: float
) -> np.ndarray:
    return np.where(random.random(count) < probability, values, neutral)


def _moved(pictures: Tensor, probability: float, random: np.random.Generator, share: Share) -> Tensor:
    count, size = share.total, pictures.shape[-1]
    mirror = _chosen(random, count, probability, random.choice([-1.0, 1.0], count), 1.0)
    scale = _chosen(random, count, probability, np.exp2(random.normal(0.0, 0.2, count)), 1.0)
    reach = max(1, size // 8)
    shifts = [
        _chosen(random, count, probability, random.integers(-reach, reach + 1, count) * 2.0 / size, 0.0)
        for _ in range(2)
    ]
    turn = np.zeros((count, 2, 3), np.float32)
    turn[:, 0, 0], turn[:, 1, 1] = mirror / scale, 1.0 / scale
    turn[:, 0, 2], turn[:, 1, 2] = shifts
    grid = functional.affine_grid(
        torch.from_numpy(share.of(turn)).to(pictures.device), list(pictures.shape), align_corners=False
    )
    return functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def _coloured(pictures: Tensor, probability: float, random: np.random.Generator, share: Share) -> Tensor:
    count = share.total
    brightness = _chosen(random, count, probability, random.normal(0.0, 0.2, count), 0.0)
    contrast = _chosen(random, count, probability, np.exp2(random.normal(0.0, 0.5, count)), 1.0)
    saturation = _chosen(random, count, probability, np.exp2(random.normal(0.0, 1.0, count)), 1.0)
    angle = _chosen(random, count, probability, random.uniform(-np.pi, np.pi, count), 0.0)
    grey = np.full((3, 3), GREY)
    cross = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / np.sqrt(3.0)
    hue = np.cos(angle)[:, None, None] * (np.eye(3) - grey) + np.sin(angle)[:, None, None] * cross
    matrix = contrast[:, None, None] * (saturation[:, None, None] * hue + grey)
    matrix = torch.from_numpy(share.of(matrix).astype(np.float32)).to(pictures.device)
    offset = torch.from_numpy(share.of(brightness).astype(np.float32)).to(pictures.device)[:, None, None]
    return (torch.bmm(matrix, pictures.flatten(2)) + offset).reshape(pictures.shape)
