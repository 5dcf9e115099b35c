"""The background encoder: picture with the car masked out -> code.

The hole is filled from ever coarser averages of what is around it (pull-push), and the code sees
only the filled picture, so that it can hardly tell the car that stood there.
"""

from __future__ import annotations

import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.neural.layers import Conv, Linear, leaky, twice

CODE = 32
POOLED = 4


def fill_hole(colour: Tensor, free: Tensor) -> Tensor:
    """Pull-push filling. colour [N,3,S,S] premultiplied by free [N,1,S,S] in 0..1 -> [N,3,S,S]."""
    levels = [(colour, free)]
    while levels[-1][0].shape[-1] > 1:
        levels.append(tuple(functional.avg_pool2d(part, 2) for part in levels[-1]))
    colour, free = levels[-1]
    filled = colour / (free + 1e-4)
    for colour, free in reversed(levels[:-1]):
        filled = colour + (1.0 - free) * twice(filled)
    return filled


class BackgroundEncoder(nn.Module):
    """[N,4,128,128] = rgb*(1-mask), mask -> code [N,32]."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([Conv(3, 32, stride=2), Conv(32, 64, stride=2), Conv(64, 128, stride=2)])
        self.hidden = Linear(128 * 16, 128)
        self.out = Linear(128, CODE)
        self.direct = Linear(48, CODE)
        nn.init.zeros_(self.direct.weight)

    def encode(self, pooled: Tensor) -> Tensor:
        """The input area-averaged to 32 px: [N,4,32,32] -> code [N,32]."""
        free = 1.0 - pooled[:, 3:]
        kept = 1.0 - functional.max_pool2d(pooled[:, 3:], 3, stride=1, padding=1)
        x = fill_hole(pooled[:, :3] * kept / (free + 1e-4), kept) * 2.0 - 1.0
        code = self.direct(functional.avg_pool2d(x, 8).flatten(1))
        for conv in self.convs:
            x = leaky(conv(x))
        return code + self.out(leaky(self.hidden(x.flatten(1))))

    def forward(self, picture: Tensor) -> Tensor:
        return self.encode(functional.avg_pool2d(picture, POOLED))
