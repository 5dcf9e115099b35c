"""Puts a viewpoint code and a content code together."""

from __future__ import annotations

import torch
from torch import Tensor


def compose(view: Tensor, content: Tensor, cut: int, inputs: int) -> Tensor:
    """Codes [N,width] twice -> w_plus [N,inputs,width]: inputs before the cut are `view`, the others `content`."""
    early = torch.arange(inputs)[None, :, None] < cut
    return torch.where(early, view[:, None], content[:, None])
