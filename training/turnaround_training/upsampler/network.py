"""The upsampler: the neural view's picture at twice its size."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from turnaround_training.neural.layers import twice_smooth
from turnaround_training.segmenter.network import Convolution, Residual

CHANNELS, DEPTH = 24, 3


class Upsampler(nn.Module):
    """picture [N,3,S,S] sRGB 0..1 -> [N,3,2S,2S] sRGB 0..1: the bilinear picture and what the network adds to it.

    All convolutions run at the small size (sub-pixel convolution, Shi et al. 2016). A new network adds nothing.
    """

    def __init__(self, channels: int = CHANNELS, depth: int = DEPTH):
        super().__init__()
        self.stem = Convolution(3, channels)
        self.body = nn.Sequential(*(Residual(channels) for _ in range(depth)))
        self.head = nn.Conv2d(channels, 12, 3, 1, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        added = functional.pixel_shuffle(self.head(self.body(self.stem(picture * 2 - 1))).float(), 2)
        return (twice_smooth(picture) + added).clamp(0, 1)
