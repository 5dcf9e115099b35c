"""Puts a viewpoint code and a content code together."""

from __future__ import annotations

import torch
from torch import Tensor


def compose(view: Tensor, content: Tensor, cut: int, inputs: int) -> Tensor:
    """[N,width] twice -> w_plus [N,inputs,width]: style inputs before the cut come from `view`, the others from `content`."""
    early = torch.arange(inputs)[None, :, None] < cut
    return torch.where(early, view[:, None], content[:, None])
