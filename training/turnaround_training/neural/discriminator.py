"""A small conditional discriminator: patches of 8x8 places and a projection on the viewpoint."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.neural.layers import Conv, Linear, leaky


class Discriminator(nn.Module):
    """(picture [N,3,128,128] sRGB, view [N,3]) -> realness [N,1+64] and features for the perceptual term."""

    def __init__(self) -> None:
        super().__init__()
        self.compute = torch.float32
        self.convs = nn.ModuleList(
            [Conv(48, 96), Conv(96, 96), Conv(96, 160, stride=2), Conv(160, 160, stride=2), Conv(160, 160, stride=2)]
        )
        self.patch = Conv(160, 1, 1)
        self.whole = Linear(160 * 16, 160)
        self.real = Linear(160, 1)
        self.view = nn.ModuleList([Linear(5, 64), Linear(64, 160)])

    def forward(self, picture: Tensor, view: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = functional.pixel_unshuffle(picture * 2.0 - 1.0, 4)
        x = x.to(self.compute).contiguous(memory_format=torch.channels_last)
        features = []
        for conv in self.convs:
            x = leaky(conv(x))
            features.append(x)
        patches = self.patch(features[3]).float().flatten(1)
        whole = leaky(self.whole(x.float().flatten(1)))
        sine, cosine = view[:, 0:1], view[:, 1:2]
        angles = torch.cat([view[:, :2], 2.0 * sine * cosine, cosine.square() - sine.square(), view[:, 2:] * 2.0], 1)
        wanted = self.view[1](leaky(self.view[0](angles)))
        matched = (wanted * whole).mean(dim=1, keepdim=True) * 4.0
        return torch.cat([self.real(whole) + matched, patches], dim=1), features
