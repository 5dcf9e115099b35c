"""What one drawing costs against one picture, each term [N] in its own unit."""

from __future__ import annotations

import torch


def overlap(drawn: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """1 - IoU of soft masks [N,1,H,W]: 1 - sum(a b) / sum(a + b - a b)."""
    both = (drawn * mask).sum((1, 2, 3))
    either = (drawn + mask - drawn * mask).sum((1, 2, 3))
    return 1 - both / either.clamp(min=1e-6)


def colour_difference(drawn: torch.Tensor, picture: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """Mean absolute sRGB difference of pictures [N,3,H,W] where inside [N,1,H,W] (0..1) is; 0 where it is empty."""
    difference = (drawn - picture).abs().mean(1, keepdim=True) * inside
    return difference.sum((1, 2, 3)) / inside.sum((1, 2, 3)).clamp(min=1.0)
