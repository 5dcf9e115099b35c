"""The texture network: completes the part of the atlas that the photo does not show."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from turnaround_training.segmenter.network import Context, Convolution, Merge, Residual

WIDTHS = (24, 48, 96, 128, 160)
COARSE_CHANNELS, FINE_CHANNELS = 12, 16
KEEP_FROM = 0.25
"""Visibility from which on the observed colour is mostly kept by construction."""


class TextureCompleter(nn.Module):
    """partial [N,5,S,S] = rgb * known, visibility, mirrored visibility -> texture [N,3,S,S], S a multiple of 32.

    The network starts from the known colours spread over the atlas and proposes a change and a gate; the
    gate decides per texel between the proposal and the colour observed there, so that what the photo shows
    can pass unchanged.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS):
        super().__init__()
        self.stem = Convolution(7, widths[0], 5, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(Convolution(inputs, outputs, 3, 2), Residual(outputs))
            for inputs, outputs in zip(widths[:-1], widths[1:], strict=True)
        )
        self.context = nn.Sequential(Context(widths[-1]), Residual(widths[-1]), Context(widths[-1]))
        self.merges = nn.ModuleList(
            Merge(coarse, fine) for coarse, fine in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.to_texels = nn.Conv2d(widths[0], COARSE_CHANNELS, 1)
        self.detail = Convolution(COARSE_CHANNELS + 7, FINE_CHANNELS)
        self.head = nn.Conv2d(FINE_CHANNELS, 4, 3, 1, 1)

    def forward(self, partial: torch.Tensor) -> torch.Tensor:
        observed, known = observed_colour(partial)
        # The atlas is fixed, so the place of a texel says which part of the car it is.
        zero = torch.zeros_like(known)
        columns = zero + torch.linspace(-1, 1, partial.shape[-1], device=partial.device)
        rows = zero + torch.linspace(-1, 1, partial.shape[-2], device=partial.device)[:, None]
        guess = spread(observed, known)
        x = torch.cat((guess * 2 - 1, partial[:, 3:], columns, rows), 1)
        given, features = x, [self.stem(x)]
        for stage in self.stages:
            features.append(stage(features[-1]))
        x = self.context(features.pop())
        for merge in self.merges:
            x = merge(x, features.pop())
        x = functional.interpolate(self.to_texels(x), scale_factor=2, mode="bilinear", align_corners=False)
        x = self.detail(torch.cat((x, given.to(x.dtype)), 1))
        change, gate = self.head(x).float().split((3, 1), 1)
        keep = torch.sigmoid(gate + 2) * (known / KEEP_FROM).clamp(0, 1)
        start = guess.clamp(0.02, 0.98)
        proposal = torch.sigmoid(torch.log(start / (1 - start)) + change)
        return observed * keep + proposal * (1 - keep)


def observed_colour(partial: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Colour [N,3,S,S] seen at each texel, directly or mirrored, and how well it is known [N,1,S,S].

    The contract stores rgb times visibility where the texel itself was seen and the mirrored colour
    times the mirrored visibility elsewhere.
    """
    direct, mirrored = partial[:, 3:4], partial[:, 4:5]
    known = torch.where(direct > 0, direct, mirrored)
    colour = partial[:, :3] / known.clamp(min=1e-3)
    return torch.where(known > 1e-3, colour, torch.full_like(colour, 0.5)).clamp(0, 1), known


def spread(colour: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Known colours [N,3,S,S] carried into what is not known, by averages over ever larger squares (push-pull)."""
    levels = [(colour * known, known)]
    while levels[-1][1].shape[-1] > 1:
        levels.append(tuple(functional.avg_pool2d(part, 2) for part in levels[-1]))
    total, weight = levels.pop()
    filled = total / weight.clamp(min=1e-4) + 0.5 * (weight < 1e-4)
    while levels:
        total, weight = levels.pop()
        filled = functional.interpolate(filled, scale_factor=2, mode="bilinear", align_corners=False)
        share = (weight * 2).clamp(max=1)
        filled = filled * (1 - share) + total / weight.clamp(min=1e-4) * share
    return filled.clamp(0, 1)
