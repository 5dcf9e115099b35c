"""StyleGAN2's residual discriminator (Karras et al. 2020) with equalised learning rates."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.gan.settings import GROUP, Architecture
from turnaround_training.neural.layers import Conv, Linear, leaky


class Block(nn.Module):
    """Halves the size: [N,inputs,S,S] -> [N,outputs,S/2,S/2]."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = Conv(inputs, inputs)
        self.second = Conv(inputs, outputs)
        self.skip = Conv(inputs, outputs, size=1)

    def forward(self, x: Tensor) -> Tensor:
        straight = self.skip(functional.avg_pool2d(x, 2))
        x = functional.avg_pool2d(leaky(self.first(x)), 2)
        return (leaky(self.second(x)) + straight) * math.sqrt(0.5)


def batch_deviation(x: Tensor, group: int = GROUP) -> Tensor:
    """Appends the deviation within groups of the batch as a channel (Karras et al. 2018, section 3).

    [N,C,H,W] -> [N,C+1,H,W] in float32; N must be divisible by the group's size min(group, N).
    """
    count, channels, height, width = x.shape
    members = min(group, count)
    grouped = x.float().reshape(members, -1, channels, height, width)
    spread = (grouped - grouped.mean(dim=0)).square().mean(dim=0).add(1e-8).sqrt()
    value = spread.mean(dim=(1, 2, 3)).repeat(members)
    return torch.cat([x.float(), value[:, None, None, None].expand(-1, 1, height, width)], dim=1)


class Discriminator(nn.Module):
    """picture [N,3,S,S] in -1..1 -> realness [N]; S is any size of the architecture from 8 on."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.compute = torch.float32
        sizes = architecture.sizes()
        channels = [architecture.channels_at(size) for size in sizes]
        self.enters = nn.ModuleList([Conv(3, count, size=1) for count in channels])
        self.blocks = nn.ModuleList([Block(b, a) for a, b in zip(channels[:-1], channels[1:], strict=True)])
        self.last = Conv(channels[0] + 1, channels[0])
        self.dense = Linear(channels[0] * 16, channels[0])
        self.out = Linear(channels[0], 1)

    def _enter(self, picture: Tensor, number: int) -> Tensor:
        picture = picture.to(self.compute).contiguous(memory_format=torch.channels_last)
        return leaky(self.enters[number](picture))

    def maps(self, picture: Tensor) -> list[Tensor]:
        """What each block makes of a picture [N,3,S,S]: [N,C,S/2,S/2] down to [N,C,4,4], float32."""
        number = int(math.log2(picture.shape[-1])) - 2
        x, found = self._enter(picture, number), []
        for block in reversed(self.blocks[:number]):
            x = block(x)
            found.append(x.float())
        return found

    def judged(self, picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """-> realness [N], and what `maps` says of the picture."""
        maps = self.maps(picture)
        return self._realness(maps[-1]), maps

    def _realness(self, x: Tensor) -> Tensor:
        """[N,C,4,4] -> [N]."""
        x = leaky(self.last(batch_deviation(x)))
        return self.out(leaky(self.dense(x.flatten(1)))).squeeze(1)

    def forward(self, picture: Tensor, fade: float = 1.0) -> Tensor:
        """-> realness [N]; where fade < 1 the first block is blended with the entrance of the next smaller size."""
        number = int(math.log2(picture.shape[-1])) - 2
        x = self.blocks[number - 1](self._enter(picture, number))
        if fade < 1.0:
            x = torch.lerp(self._enter(functional.avg_pool2d(picture, 2), number - 1), x, fade)
        for block in reversed(self.blocks[: number - 1]):
            x = block(x)
        return self._realness(x)
