"""The labelled pictures that the automatic labeller learns from, and those that it is tested on."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from turnaround_training.data.renders import RenderSet


def canonical_at(renders: RenderSet, count: int, size: int, seed: int) -> tuple[Tensor, np.ndarray]:
    """`count` random canonical renders [N,3,size,size] in -1..1 and their true azimuths [N] in degrees."""
    rows = np.flatnonzero(renders.canonical)
    rows = np.sort(np.random.default_rng(seed).permutation(rows)[:count])
    pictures = torch.from_numpy(np.stack([renders.pictures[row, :, :, :3] for row in rows])).permute(0, 3, 1, 2)
    pictures = pictures.float() / 127.5 - 1.0
    return functional.avg_pool2d(pictures, pictures.shape[-1] // size), np.rad2deg(renders.azimuth[rows]) % 360.0
