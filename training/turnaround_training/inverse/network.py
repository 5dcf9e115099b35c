"""f: a crop with its mask -> shape, texture, light and viewpoint. The encoder with free offsets and a texture head."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from turnaround_training.encoder.losses import ShapeSpace
from turnaround_training.encoder.network import Encoder, Estimate

TEXTURE = 64
AMBIENT = 0.8 / 0.282095
"""Light of f before it has learned: 0.8 from everywhere."""
FREE_CODE = 48


class Prediction(NamedTuple):
    """estimate: as the encoder's; free [N,V,3]: symmetric offsets beyond the basis (L); vertices [N,V,3] in the gauge
    (length 1, on y = 0, centred lengthwise); texture [N,3,64,64]: sRGB albedo atlas, its halves mirrored."""

    estimate: Estimate
    free: torch.Tensor
    vertices: torch.Tensor
    texture: torch.Tensor


class TextureHead(nn.Module):
    """Joint code [N,J] and mean colour [N,3] of the car -> symmetric atlas [N,3,64,64]: the left half is drawn, from
    the mean colour on, and the right one is its mirror image."""

    def __init__(self, joint: int, channels: tuple[int, ...] = (96, 64, 48, 32)):
        super().__init__()
        self.channels = channels[0]
        self.start = nn.Linear(joint, channels[0] * 8 * 4)
        self.steps = nn.ModuleList(
            nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True))
            for inputs, outputs in zip(channels[:-1], channels[1:], strict=True)
        )
        self.mean = nn.Parameter(torch.zeros(3, TEXTURE, TEXTURE // 2))
        self.last = nn.Conv2d(channels[-1], 3, 3, 1, 1)

    def forward(self, joint: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
        x = self.start(joint).reshape(-1, self.channels, 8, 4)
        for step in self.steps:
            x = step(functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
        half = torch.sigmoid(self.last(x) + self.mean + torch.logit(colour, 0.03)[..., None, None])
        return torch.cat((half, half.flip(3)), 3)


class InverseGraphics(Encoder):
    """crop [N,5,128,128] -> Prediction; space and mirror [V] are the template's."""

    def __init__(
        self, space: ShapeSpace, mirror: torch.Tensor, widths: tuple[int, ...] = (24, 56, 128, 224), joint: int = 512
    ):
        super().__init__(widths, joint)
        vertices = len(space.mean)
        self.free = nn.Sequential(nn.Linear(joint, FREE_CODE), nn.ReLU(True), nn.Linear(FREE_CODE, 3 * vertices))
        self.texture = TextureHead(joint)
        self.register_buffer("mean", space.mean)
        self.register_buffer("basis", space.basis)
        self.register_buffer("mirror", mirror.long())
        with torch.no_grad():
            for layer in (self.free[-1], self.shape_and_camera[-1], self.light[-1]):
                layer.weight.mul_(0.1)
                layer.bias.zero_()
            self.light[-1].bias[:3] = AMBIENT

    def forward(self, crop: torch.Tensor) -> Prediction:
        return self.predict(self.trunk(crop), mean_colour(crop))

    def predict(self, features: torch.Tensor, colour: torch.Tensor) -> Prediction:
        """All heads on the trunk's features [N,C,8,8] in float32 and the mean colour [N,3] of the crop."""
        joint = self.join(features)
        estimate = self.read_joint(joint)
        free = symmetric(0.02 * self.free(joint).reshape(len(joint), -1, 3), self.mirror)
        shape = self.mean + (estimate.coefficients @ self.basis.flatten(1)).reshape(free.shape) + free
        return Prediction(estimate, free, in_gauge(shape), self.texture(joint, colour))

    def start_from(self, encoder: dict[str, torch.Tensor]) -> None:
        """Take over the weights of the encoder stage; free offsets start at nearly zero."""
        own = self.state_dict()
        self.load_state_dict({**own, **{name: value for name, value in encoder.items() if name in own}})


def mean_colour(crop: torch.Tensor) -> torch.Tensor:
    """Mean sRGB colour [N,3] inside the masks of crops [N,5,S,S]; black where a mask is empty."""
    return crop[:, :3].sum((2, 3)) / crop[:, 3:4].sum((2, 3)).clamp(min=1.0)


def symmetric(offsets: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
    """Offsets [N,V,3] averaged with their mirror images in the plane x = 0."""
    return (offsets + offsets[:, mirror] * torch.tensor([-1.0, 1.0, 1.0]).to(offsets)) / 2


def in_gauge(shape: torch.Tensor) -> torch.Tensor:
    """Shapes [N,V,3] scaled to length 1, centred lengthwise and set on y = 0."""
    low, high = shape.amin(1), shape.amax(1)
    zero = torch.zeros_like(low[:, 0])
    origin = torch.stack((zero, low[:, 1], (low[:, 2] + high[:, 2]) / 2), 1)
    return (shape - origin[:, None]) / (high[:, 2] - low[:, 2])[:, None, None]


class InverseForExport(nn.Module):
    """f as the engine calls the encoder (contract of models/encoder.onnx): total offsets from the template's mean."""

    def __init__(self, network: InverseGraphics):
        super().__init__()
        self.network = network

    def forward(self, crop: torch.Tensor) -> tuple[torch.Tensor, ...]:
        prediction = self.network(crop)
        estimate = prediction.estimate
        return (
            estimate.coefficients, prediction.vertices - self.network.mean, estimate.azimuth_logits,
            estimate.azimuth_residual, estimate.camera, estimate.light,
        )
