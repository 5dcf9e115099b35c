"""The four networks of the neural view together, and their moving average."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, nn

from turnaround_training.device import device_of, moved
from turnaround_training.neural.background import BackgroundEncoder
from turnaround_training.neural.examples import Batch
from turnaround_training.neural.generator import Generator
from turnaround_training.neural.layers import StyledConv
from turnaround_training.neural.mapper import MapperContent, MapperView
from turnaround_training.neural.settings import Architecture


class Networks(nn.Module):
    """background, mapper_content, mapper_view and generator as attributes of these names."""

    def __init__(self, architecture: Architecture, projection: np.ndarray) -> None:
        super().__init__()
        self.background = BackgroundEncoder()
        self.mapper_content = MapperContent(architecture, projection)
        self.mapper_view = MapperView(architecture)
        self.generator = Generator(architecture)

    def draw(self, batch: Batch, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """-> picture, mask logits, coverage (see Generator.draw) and the background code [N,32]."""
        batch = moved(batch, device_of(self))
        code = self.background.encode(batch.around)
        content = self.mapper_content.combine(batch.coefficients, batch.texture, code)
        return (*self.generator.draw(content + self.mapper_view(batch.view), size), code)

    def style_parameters(self) -> list[nn.Parameter]:
        """Mappers and the affine maps from style to scales, which stand second in the optimiser's state."""
        chosen = [*self.mapper_content.parameters(), *self.mapper_view.parameters()]
        for module in self.generator.modules():
            if isinstance(module, StyledConv):
                chosen += list(module.style.parameters())
        return chosen

    def other_parameters(self) -> list[nn.Parameter]:
        """All parameters that are not style parameters, which stand first there."""
        style = {id(parameter) for parameter in self.style_parameters()}
        return [parameter for parameter in self.parameters() if id(parameter) not in style]


@torch.no_grad()
def interpolated(networks: Networks, origin: dict[str, Tensor], share: float) -> Networks:
    """A copy whose every weight has moved by `share` towards that of the state `origin` (ESRGAN's network interpolation,
    Wang et al. 2018): what adversarial training made up goes sooner than what it made sharp."""
    mixed = copy.deepcopy(networks)
    for name, value in mixed.state_dict().items():
        value.lerp_(origin[name].to(value.device), share)
    return mixed


class MovingAverage:
    """Exponential moving average of the networks' parameters; the horizon grows with the steps taken."""

    def __init__(self, networks: Networks, decay: float = 0.998) -> None:
        self.networks = copy.deepcopy(networks).requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, networks: Networks, step: int) -> None:
        """Move towards the trained networks after training step number `step`."""
        share = 1.0 - min(self.decay, (1.0 + step) / (10.0 + step))
        averages = list(self.networks.parameters())
        torch._foreach_mul_(averages, 1.0 - share)
        torch._foreach_add_(averages, list(networks.parameters()), alpha=share)
