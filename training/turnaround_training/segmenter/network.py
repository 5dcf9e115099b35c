"""The segmenter: a small residual U-Net from a letterboxed photo to the probability of car."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (24, 48, 96, 144, 192)


class Convolution(nn.Sequential):
    """3x3 (or other) convolution, batch normalisation and ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1):
        super().__init__(
            nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True)
        )


class Residual(nn.Module):
    """Two 3x3 convolutions added to their input."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = Convolution(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(x + self.second(self.first(x)))


class Context(nn.Module):
    """Adds what the whole picture shows (mean over all places) to every place."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.mix(functional.relu(x.mean((2, 3), keepdim=True)))


class Merge(nn.Module):
    """Upsamples the coarse features, adds the fine ones and convolves."""

    def __init__(self, coarse: int, fine: int):
        super().__init__()
        self.reduce = nn.Conv2d(coarse, fine, 1, bias=False)
        self.convolve = Convolution(fine, fine)

    def forward(self, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
        upsampled = functional.interpolate(self.reduce(coarse), scale_factor=2, mode="bilinear", align_corners=False)
        return self.convolve(upsampled + fine)


class Segmenter(nn.Module):
    """picture [N,3,H,W] sRGB 0..1, H and W multiples of 32 -> logits [N,1,H,W]."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS):
        super().__init__()
        self.stem = Convolution(3, widths[0], 5, 2)
        depths = (1, 2, 2, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(Convolution(inputs, outputs, 3, 2), *(Residual(outputs) for _ in range(depth)))
            for inputs, outputs, depth in zip(widths[:-1], widths[1:], depths, strict=True)
        )
        self.context = Context(widths[-1])
        self.merges = nn.ModuleList(
            Merge(coarse, fine) for coarse, fine in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(widths[0], 1, 3, 1, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        features = [self.stem(picture * 2 - 1)]
        for stage in self.stages:
            features.append(stage(features[-1]))
        x = self.context(features.pop())
        for merge in self.merges:
            x = merge(x, features.pop())
        return functional.interpolate(self.head(x), scale_factor=2, mode="bilinear", align_corners=False)


class SegmenterForExport(nn.Module):
    """The segmenter as the engine calls it: probabilities instead of logits."""

    def __init__(self, network: Segmenter):
        super().__init__()
        self.network = network

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.network(picture))
