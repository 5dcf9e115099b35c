"""Losses of the neural view; all in float32, pictures [N,3,S,S] sRGB, masks [N,1,S,S] in 0..1."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

CAR_WEIGHT = 9.0


def reconstruction(picture: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """L1 at three scales plus L1 of differences between neighbours; car pixels weigh 1 + CAR_WEIGHT times."""
    weight = 1.0 + CAR_WEIGHT * mask
    total = picture.new_zeros(())
    error = picture - target
    for scale in range(3):
        total = total + (error.abs() * weight).mean() / weight.mean()
        if scale == 0:
            across = (error[:, :, :, 1:] - error[:, :, :, :-1]).abs() * weight[:, :, :, 1:]
            down = (error[:, :, 1:] - error[:, :, :-1]).abs() * weight[:, :, 1:]
            total = total + 0.5 * (across.mean() + down.mean()) / weight.mean()
        error, weight = functional.avg_pool2d(error, 2), functional.avg_pool2d(weight, 2)
    return total


def outline(logits: Tensor, coverage: Tensor, mask: Tensor) -> Tensor:
    """Cross entropy of the drawn mask, and of the volume's coverage at its own 32 px."""
    small = functional.avg_pool2d(mask, mask.shape[-1] // coverage.shape[-1])
    covered = functional.binary_cross_entropy(coverage.clamp(0.001, 0.999), small)
    return functional.binary_cross_entropy_with_logits(logits, mask) + covered


def matching(fake: list[Tensor], real: list[Tensor]) -> Tensor:
    """Perceptual term: L1 between the discriminator's features of drawn and true picture."""
    terms = [(a.float() - b.float().detach()).abs().mean() for a, b in zip(fake, real)]
    return torch.stack(terms).mean()
