"""Renders, and the same half as large and more or less soft."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from turnaround_training.data.renders import RenderSet
from turnaround_training.trainer import Batch

SOFTEST = 0.8
"""Largest deviation, in small pixels, of the blur; each picture is given one from 0 on."""
BLUR_RADIUS = 2


def make_batch(renders: RenderSet, size: int, side: int, generator: np.random.Generator) -> Batch:
    """`size` random pieces: small [N,3,side/2,side/2] and truth [N,3,side,side], sRGB 0..1; half of them mirrored."""
    whole = renders.pictures.shape[1]
    pieces = []
    for row in generator.integers(len(renders), size=size):
        x, y = generator.integers(0, whole - side + 1, 2)
        piece = renders.pictures[row, y : y + side, x : x + side, :3]
        pieces.append(piece[:, ::-1] if generator.random() < 0.5 else piece)
    truth = torch.from_numpy(np.ascontiguousarray(np.stack(pieces))).permute(0, 3, 1, 2).float() / 255
    return {"small": made_small(truth, generator.uniform(0, SOFTEST, size)), "truth": truth}


def made_small(picture: torch.Tensor, deviations: np.ndarray) -> torch.Tensor:
    """[N,3,2S,2S] -> [N,3,S,S]: means of 2 x 2, then a Gaussian of each picture's deviation (small pixels)."""
    small = functional.avg_pool2d(picture, 2)
    steps = torch.arange(-BLUR_RADIUS, BLUR_RADIUS + 1, dtype=small.dtype)
    width = torch.from_numpy(np.maximum(deviations, 1e-3)).to(small.dtype)[:, None]
    taps = torch.exp(-0.5 * (steps / width).square())
    taps = (taps / taps.sum(1, keepdim=True)).repeat_interleave(3, 0)
    count, channels, rows, columns = small.shape
    padded = functional.pad(small, (BLUR_RADIUS,) * 4, mode="replicate").reshape(1, count * channels, rows + 4, -1)
    across = functional.conv2d(padded, taps[:, None, None, :], groups=len(taps))
    return functional.conv2d(across, taps[:, None, :, None], groups=len(taps)).reshape(count, channels, rows, columns)
