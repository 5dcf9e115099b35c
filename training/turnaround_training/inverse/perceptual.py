"""Distance of pictures in the features of our own discriminator (no other trained network may look at the pictures)."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch.nn import functional

from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.load import load_discriminator
from turnaround_training.neural.layers import leaky

SIZE = 64
LEVELS = 3


class PerceptualDistance:
    """Compares drawings with pictures at ``size`` px (a size the discriminator has learned at, from 8 on), inside the
    mask: outside the drawing takes the picture's colours."""

    def __init__(self, discriminator: Discriminator, size: int = SIZE):
        self.discriminator, self.size = discriminator.eval().requires_grad_(False), size

    def on(self, device: torch.device) -> "PerceptualDistance":
        """Moved to a device."""
        self.discriminator.to(device)
        return self

    @staticmethod
    def of_run(run: Path) -> "PerceptualDistance":
        """The discriminator of a run of stage gan, or of a file of `keep`; raises StageError where it isn't there."""
        discriminator, size = load_discriminator(run)
        return PerceptualDistance(discriminator, min(SIZE, size))

    def features(self, picture: torch.Tensor) -> list[torch.Tensor]:
        """First features of pictures [N,3,H,W] (0..1), each normalised over its channels."""
        scaled = functional.interpolate(picture, size=(self.size, self.size), mode="bilinear", antialias=True) * 2 - 1
        number = int(math.log2(self.size)) - 2
        x = leaky(self.discriminator.enters[number](scaled))
        levels = []
        for block in reversed(self.discriminator.blocks[max(0, number - LEVELS) : number]):
            x = block(x)
            levels.append(functional.normalize(x, dim=1, eps=1e-6))
        return levels

    def __call__(
        self, drawn: torch.Tensor, pictures: torch.Tensor, view: torch.Tensor, inside: torch.Tensor
    ) -> torch.Tensor:
        """Mean squared distance [N] over places and levels of drawings [N,3,H,W] from the pictures [M,3,H,W] that view [N]
        names, inside [N,1,H,W]; each picture is looked at once, however many drawings are compared with it."""
        composed = drawn * inside + pictures[view] * (1 - inside)
        with torch.no_grad():
            wanted = self.features(pictures)
        got = self.features(composed)
        levels = [(a - b[view]).square().sum(1).mean((1, 2)) for a, b in zip(got, wanted, strict=True)]
        return torch.stack(levels).mean(0)
