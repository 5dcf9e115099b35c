"""Layers with equalised learning rate and style modulation of activations.

Weights are stored with unit variance and scaled by 1/sqrt(fan-in) at run time (Karras et al. 2018).
A modulated convolution scales its input by the style, convolves with one fixed weight and scales
its output by the demodulation factor (the same function as Karras et al. 2020, equation 3, with
constant weights). Weights follow the type of the activations; demodulation is always float32.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

GAIN = math.sqrt(2.0)


def leaky(x: Tensor) -> Tensor:
    """Leaky ReLU (slope 0.2) that keeps the variance of its input."""
    return functional.leaky_relu(x, 0.2) * GAIN


class Linear(nn.Module):
    """[.., inputs] -> [.., outputs]; `rate` multiplies the learning rate of weight and bias."""

    def __init__(self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale = gain * rate / math.sqrt(inputs)
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        weight = (self.weight * self.scale).to(x.dtype)
        return functional.linear(x, weight, (self.bias * self.rate).to(x.dtype))


class Conv(nn.Module):
    """Plain convolution [N,inputs,H,W] -> [N,outputs,H/stride,W/stride], same padding."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain / math.sqrt(inputs * size * size)
        self.stride = stride
        self.padding = size // 2

    def forward(self, x: Tensor) -> Tensor:
        weight = (self.weight * self.scale).to(x.dtype)
        return functional.conv2d(x, weight, self.bias.to(x.dtype), stride=self.stride, padding=self.padding)


class StyledConv(nn.Module):
    """Modulated, demodulated 3x3 convolution and leaky ReLU: ([N,inputs,H,W], style [N,width])."""

    def __init__(self, inputs: int, outputs: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.style = Linear(width, inputs, bias=1.0)
        self.scale = 1.0 / math.sqrt(inputs * 9)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scales = self.style(style)
        weight = self.weight * self.scale
        power = weight.square().sum(dim=(2, 3))
        demodulation = torch.rsqrt(scales.square() @ power.t() + 1e-8) * GAIN
        x = functional.conv2d(x * scales[:, :, None, None].to(x.dtype), weight.to(x.dtype), padding=1)
        x = x * demodulation[:, :, None, None].to(x.dtype) + self.bias[None, :, None, None].to(x.dtype)
        return functional.leaky_relu(x, 0.2)


def twice(x: Tensor) -> Tensor:
    """Nearest-neighbour upsampling by two: [N,C,H,W] -> [N,C,2H,2W]."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def twice_smooth(x: Tensor) -> Tensor:
    """Bilinear upsampling by two (half-pixel centres): [N,C,H,W] -> [N,C,2H,2W]."""
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Smooth(nn.Module):
    """Blurs [N,channels,H,W] by 1 2 1 along both axes (zeros outside): takes the finest checkerboard out exactly."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        line = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("kernel", (line[:, None] * line).repeat(channels, 1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.kernel.to(x.dtype), padding=1, groups=x.shape[1])
