"""The modulated convolution that doubles the size."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from turnaround_training.neural.layers import GAIN, StyledConv, twice_smooth


class GrowingConv(StyledConv):
    """Modulated, demodulated 3x3 convolution, bilinear upsampling by two, leaky ReLU.

    ([N,inputs,S,S], style [N,width]) -> [N,outputs,2S,2S]. Convolving before upsampling costs a quarter
    of convolving after it; as in StyleGAN2 the filter runs before bias and nonlinearity.
    """

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scales = self.style(style)
        weight = self.weight * self.scale
        power = weight.square().sum(dim=(2, 3))
        demodulation = torch.rsqrt(scales.square() @ power.t() + 1e-8) * GAIN
        x = functional.conv2d(x * scales[:, :, None, None].to(x.dtype), weight.to(x.dtype), padding=1)
        x = twice_smooth(x * demodulation[:, :, None, None].to(x.dtype)) + self.bias[None, :, None, None].to(x.dtype)
        return functional.leaky_relu(x, 0.2)
