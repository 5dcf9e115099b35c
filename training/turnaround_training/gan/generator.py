"""StyleGAN2's mapping and synthesis networks (Karras et al. 2020), without noise inputs.

Resampling is bilinear (the filter 1 3 3 1), colours are summed over the sizes ("skip" generator).
Noise inputs are left out: a car's views must differ by their style inputs alone, and the same
function of w_plus must come out of ONNX. Style inputs are shared as published: the colours of a
block take the input of the next block's first convolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from turnaround_training.gan.layers import GrowingConv
from turnaround_training.gan.settings import Architecture
from turnaround_training.neural.layers import Linear, StyledConv, leaky, twice_smooth


class Mapping(nn.Module):
    """z [N,width] -> w [N,width]; z is normalised to unit mean square first."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        width = architecture.width
        self.layers = nn.ModuleList([Linear(width, width) for _ in range(architecture.mapping_layers)])
        self.register_buffer("mean", torch.zeros(width))

    def forward(self, z: Tensor) -> Tensor:
        x = z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + 1e-8)
        for layer in self.layers:
            x = leaky(layer(x))
        return x

    @torch.no_grad()
    def follow(self, w: Tensor, share: float = 0.005) -> None:
        """Move the mean of w (for truncation) towards a batch of codes [N,width]."""
        self.mean.lerp_(w.detach().float().mean(dim=0), share)

    def truncated(self, z: Tensor, psi: float) -> Tensor:
        """w pulled towards the mean code: psi 1 leaves it, 0 gives the mean."""
        return torch.lerp(self.mean, self(z), psi)


class Colours(nn.Module):
    """Modulated 1x1 convolution to colours, not demodulated: ([N,inputs,H,W], style) -> [N,3,H,W]."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))
        self.style = Linear(width, inputs, bias=1.0)
        self.scale = inputs**-0.5

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scaled = x * self.style(style)[:, :, None, None].to(x.dtype)
        return nn.functional.conv2d(scaled, (self.weight * self.scale).to(x.dtype), self.bias.to(x.dtype)).float()


class Block(nn.Module):
    """Doubles the size and convolves twice: ([N,inputs,S,S], styles [N,2,width]) -> [N,outputs,2S,2S]."""

    def __init__(self, inputs: int, outputs: int, width: int) -> None:
        super().__init__()
        self.first = GrowingConv(inputs, outputs, width)
        self.second = StyledConv(outputs, outputs, width)

    def forward(self, x: Tensor, styles: Tensor) -> Tensor:
        return self.second(self.first(x, styles[:, 0]), styles[:, 1])


class Synthesis(nn.Module):
    """w_plus [N,J,width] -> picture; `compute` is the type of the activations."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.compute = torch.float32
        sizes, width = architecture.sizes(), architecture.width
        channels = [architecture.channels_at(size) for size in sizes]
        self.start = nn.Parameter(torch.randn(channels[0], 4, 4))
        self.enter = StyledConv(channels[0], channels[0], width)
        self.blocks = nn.ModuleList([Block(a, b, width) for a, b in zip(channels[:-1], channels[1:], strict=True)])
        self.colours = nn.ModuleList([Colours(count, width) for count in channels])

    def draw(self, w_plus: Tensor, size: int, fade: float = 1.0) -> Tensor:
        """-> picture [N,3,size,size], sRGB in -1..1, not clipped; the last block's colours count `fade` times."""
        x = self.start[None].expand(w_plus.shape[0], -1, -1, -1).to(self.compute)
        x = self.enter(x.contiguous(memory_format=torch.channels_last), w_plus[:, 0])
        picture = self.colours[0](x, w_plus[:, 1])
        for number, block in enumerate(self.blocks):
            x = block(x, w_plus[:, 2 * number + 1 : 2 * number + 3])
            drawn = self.colours[number + 1](x, w_plus[:, 2 * number + 3])
            last = x.shape[-1] == size
            picture = twice_smooth(picture) + (drawn * fade if last else drawn)
            if last:
                break
        return picture

    def forward(self, w_plus: Tensor) -> Tensor:
        """The generator's contract: w_plus [N,J,width] -> picture [N,3,S,S] sRGB in 0..1 at the full size."""
        return (self.draw(w_plus, 4 * 2 ** len(self.blocks)) * 0.5 + 0.5).clamp(0.0, 1.0)


class Generator(nn.Module):
    """Mapping and synthesis together."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.inputs = architecture.inputs
        self.mapping = Mapping(architecture)
        self.synthesis = Synthesis(architecture)

    def spread(self, w: Tensor) -> Tensor:
        """One code for all style inputs: [N,width] -> [N,J,width]."""
        return w[:, None].expand(-1, self.inputs, -1)


def mixed(first: Tensor, second: Tensor, inputs: int, crossings: Tensor) -> Tensor:
    """Style mixing: codes [N,width], crossings int [N] -> w_plus [N,inputs,width], `second` from the crossing on."""
    later = torch.arange(inputs, device=crossings.device)[None, :, None] >= crossings[:, None, None]
    return torch.where(later, second[:, None], first[:, None])
