"""StyleGAN2's generator from a state dict: mapping (z -> w) and synthesis (w_plus -> picture).

Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", equations 1 to 3 and figure 7 (skip
generator); constants of the published networks: equalised learning rate 1/sqrt(fan-in), 0.01 in the mapping, leaky
ReLU 0.2 with gain sqrt(2), resampling by the stored filter (1 3 3 1), noise as stored. Activations are modulated
instead of weights, the same function.
"""

from __future__ import annotations

import math
import re

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from turnaround_training.errors import StageError

State = dict[str, Tensor]
MAPPING_RATE = 0.01
EPSILON = 1e-8


def _take(state: State, name: str) -> Tensor:
    if name not in state:
        raise StageError(
            f"The checkpoint has no {name}: it is no complete StyleGAN2 generator with skip connections (config-f)."
        )
    return state[name].detach().clone()


def activated(x: Tensor) -> Tensor:
    """Leaky ReLU 0.2 with gain sqrt(2)."""
    return functional.leaky_relu(x, 0.2) * math.sqrt(2)


class Modulated(nn.Module):
    """A convolution whose input channels are scaled by a style: ([N,C,S,S], w [N,D]) -> [N,C',S',S'].

    With .torgb in its name it is a layer to colours, else a synthesis layer (demodulated, noise, leaky ReLU).
    """

    def __init__(self, state: State, name: str, up: bool, clamp: float | None) -> None:
        super().__init__()
        self.up, self.clamp = up, clamp
        self.colours = ".torgb" in name
        weight = _take(state, f"{name}.weight")
        self.channels, self.padding = int(weight.shape[0]), int(weight.shape[-1]) // 2
        gain = 1 / math.sqrt(weight[0].numel()) if self.colours else 1.0
        self.register_buffer("weight", weight.transpose(0, 1).contiguous() if up else weight)
        self.register_buffer("power", weight.square().sum((2, 3)).t().contiguous())
        affine = _take(state, f"{name}.affine.weight")
        self.register_buffer("affine", affine * (gain / math.sqrt(affine.shape[1])))
        self.register_buffer("affine_bias", _take(state, f"{name}.affine.bias") * gain)
        self.register_buffer("bias", _take(state, f"{name}.bias")[None, :, None, None])
        if not self.colours:
            noise = _take(state, f"{name}.noise_const") * _take(state, f"{name}.noise_strength")
            self.register_buffer("noise", noise[None, None])
        if up:
            smooth = (_take(state, f"{name}.resample_filter") * 4).flip(0, 1)
            self.register_buffer("filter", smooth[None, None].repeat(weight.shape[0], 1, 1, 1))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = functional.linear(w, self.affine, self.affine_bias)
        x = x * style[:, :, None, None]
        if self.up:
            x = functional.conv_transpose2d(x, self.weight, stride=2)
            x = functional.conv2d(x, self.filter, padding=1, groups=self.channels)
        else:
            x = functional.conv2d(x, self.weight, padding=self.padding)
        if self.colours:
            return self._clamped(x + self.bias)
        demodulation = torch.rsqrt(style.square() @ self.power + EPSILON)
        return self._clamped(activated(x * demodulation[:, :, None, None] + self.noise + self.bias))

    def _clamped(self, x: Tensor) -> Tensor:
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


class Synthesis(nn.Module):
    """The generator's contract: w_plus [N,J,D] -> picture [N,3,H,W] sRGB 0..1.

    crop: (width, height) of the middle that is kept, for pictures that were padded to a square.
    """

    def __init__(self, state: State, crop: tuple[int, int] | None = None, clamp: float | None = None) -> None:
        super().__init__()
        self.sizes = sorted({int(found[1]) for name in state if (found := re.match(r"synthesis\.b(\d+)\.", name))})
        if not self.sizes or self.sizes != [4 * 2**power for power in range(len(self.sizes))]:
            raise StageError(f"Synthesis blocks {self.sizes} are not 4, 8, 16, ...: this is no StyleGAN2 generator.")
        self.register_buffer("start", _take(state, "synthesis.b4.const")[None])
        self.first = Modulated(state, "synthesis.b4.conv1", False, clamp)
        blocks = [f"synthesis.b{size}" for size in self.sizes[1:]]
        self.ups = nn.ModuleList([Modulated(state, f"{block}.conv0", True, clamp) for block in blocks])
        self.convs = nn.ModuleList([Modulated(state, f"{block}.conv1", False, clamp) for block in blocks])
        self.colours = nn.ModuleList(
            [Modulated(state, f"synthesis.b{size}.torgb", False, clamp) for size in self.sizes]
        )
        widen = (_take(state, "synthesis.b8.resample_filter") * 4)[None, None].repeat(3, 1, 1, 1)
        self.register_buffer("widen", widen)
        self.inputs, self.width = 2 * len(self.sizes), self.first.affine.shape[1]
        self.crop = crop or (self.sizes[-1], self.sizes[-1])
        if max(self.crop) > self.sizes[-1] or min(self.crop) < 1:
            raise StageError(f"A crop of {crop} does not fit into {self.sizes[-1]} px.")

    def draw(self, w_plus: Tensor) -> Tensor:
        """[N,J,D] -> the whole square picture [N,3,S,S] in -1..1, not clipped."""
        x = self.first(self.start.expand(w_plus.shape[0], -1, -1, -1), w_plus[:, 0])
        picture = self.colours[0](x, w_plus[:, 1])
        for number, (up, conv) in enumerate(zip(self.ups, self.convs, strict=True)):
            x = conv(up(x, w_plus[:, 2 * number + 1]), w_plus[:, 2 * number + 2])
            picture = functional.conv_transpose2d(picture, self.widen, stride=2, padding=1, groups=3)
            picture = picture + self.colours[number + 1](x, w_plus[:, 2 * number + 3])
        return picture

    def forward(self, w_plus: Tensor) -> Tensor:
        width, height = self.crop
        left, top = (self.sizes[-1] - width) // 2, (self.sizes[-1] - height) // 2
        picture = self.draw(w_plus)[:, :, top : top + height, left : left + width]
        return (picture * 0.5 + 0.5).clamp(0.0, 1.0)


class Mapping(nn.Module):
    """z [N,D], truncation [N,1] (1: none, 0: the mean code) -> w [N,D]."""

    def __init__(self, state: State) -> None:
        super().__init__()
        if any(name.startswith("mapping.embed") for name in state):
            raise StageError(
                "The checkpoint is conditioned on labels; only unconditional generators can be taken over."
            )
        count = sum(re.fullmatch(r"mapping\.fc\d+\.weight", name) is not None for name in state)
        layers = []
        for number in range(count):
            weight = _take(state, f"mapping.fc{number}.weight")
            layer = nn.Linear(*reversed(weight.shape))
            layer.weight = nn.Parameter(weight * (MAPPING_RATE / math.sqrt(weight.shape[1])), requires_grad=False)
            layer.bias = nn.Parameter(_take(state, f"mapping.fc{number}.bias") * MAPPING_RATE, requires_grad=False)
            layers.append(layer)
        if not layers:
            raise StageError("The checkpoint has no mapping.fc0: it is no StyleGAN2 generator.")
        self.layers = nn.ModuleList(layers)
        self.register_buffer("mean", _take(state, "mapping.w_avg"))

    def forward(self, z: Tensor, truncation: Tensor) -> Tensor:
        x = z * torch.rsqrt(z.square().mean(1, keepdim=True) + EPSILON)
        for layer in self.layers:
            x = activated(layer(x))
        return self.mean + (x - self.mean) * truncation
