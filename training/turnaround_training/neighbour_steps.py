"""How much a picture's error changes from pixel to pixel: what a loss adds so that edges are kept."""

from __future__ import annotations

from torch import Tensor


def neighbour_steps(error: Tensor) -> Tensor:
    """Mean absolute difference between neighbouring pixels of errors [...,H,W], across and down alike: a scalar."""
    across = (error[..., :, 1:] - error[..., :, :-1]).abs().mean()
    down = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return (across + down) / 2
