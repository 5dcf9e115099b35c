"""The encoder: a crop with its mask -> shape coefficients, azimuth bins, camera and light."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import nn

from turnaround_training.segmenter.network import Convolution, Residual

AZIMUTH_BINS = 24
BIN_WIDTH = 2 * math.pi / AZIMUTH_BINS
COEFFICIENTS = 40
CAMERA_CENTRE = (0.2, 0.0, math.log(2.4), math.log(0.25), 0.0, 0.0)
CAMERA_SCALE = (0.15, 0.1, 0.4, 0.4, 0.1, 0.1)


class Estimate(NamedTuple):
    """What the encoder says about N crops.

    coefficients [N,40]; azimuth_logits, azimuth_residual [N,24] (residual in bins; bin b is centred on
    b * 15 degrees); camera [N,6] = elevation, roll (radians), log distance (L), log tan(fov/2), offset
    right, offset down; light [N,9,3].
    """

    coefficients: torch.Tensor
    azimuth_logits: torch.Tensor
    azimuth_residual: torch.Tensor
    camera: torch.Tensor
    light: torch.Tensor


class Encoder(nn.Module):
    """crop [N,5,128,128] -> Estimate. Keeps an 8 x 8 layout up to the joint layer, as camera and offset need places."""

    def __init__(self, widths: tuple[int, ...] = (24, 56, 128, 224), joint: int = 512):
        super().__init__()
        layers: list[nn.Module] = [Convolution(5, widths[0], 5, 2)]
        for depth, (inputs, outputs) in enumerate(zip(widths[:-1], widths[1:], strict=True)):
            layers += [Convolution(inputs, outputs, 3, 2), *(Residual(outputs) for _ in range(min(depth + 1, 2)))]
        self.trunk = nn.Sequential(*layers)
        self.places = nn.Conv2d(widths[-1], 48, 1)
        self.joint = nn.Sequential(
            nn.Linear(48 * 64 + widths[-1], joint), nn.LayerNorm(joint), nn.ReLU(True), nn.Dropout(0.1)
        )
        self.azimuth = nn.Sequential(nn.Linear(joint, 256), nn.ReLU(True), nn.Linear(256, 2 * AZIMUTH_BINS))
        self.shape_and_camera = nn.Sequential(nn.Linear(joint, 256), nn.ReLU(True), nn.Linear(256, COEFFICIENTS + 6))
        self.light = nn.Sequential(nn.Linear(joint, 128), nn.ReLU(True), nn.Linear(128, 27))
        self.register_buffer("camera_centre", torch.tensor(CAMERA_CENTRE))
        self.register_buffer("camera_scale", torch.tensor(CAMERA_SCALE))

    def forward(self, crop: torch.Tensor) -> Estimate:
        return self.read(self.trunk(crop))

    def read(self, features: torch.Tensor) -> Estimate:
        """The heads alone, on the trunk's features [N,C,8,8] in float32 (the trunk may run in bfloat16)."""
        return self.read_joint(self.join(features))

    def join(self, features: torch.Tensor) -> torch.Tensor:
        """The trunk's features [N,C,8,8] as one code [N,joint]."""
        return self.joint(torch.cat((self.places(features).flatten(1), features.mean((2, 3))), 1))

    def read_joint(self, joint: torch.Tensor) -> Estimate:
        """The heads on the joint code."""
        azimuth = self.azimuth(joint)
        shape_and_camera = self.shape_and_camera(joint)
        return Estimate(
            coefficients=shape_and_camera[:, :COEFFICIENTS],
            azimuth_logits=azimuth[:, :AZIMUTH_BINS],
            azimuth_residual=azimuth[:, AZIMUTH_BINS:],
            camera=shape_and_camera[:, COEFFICIENTS:] * self.camera_scale + self.camera_centre,
            light=self.light(joint).reshape(-1, 9, 3),
        )


class EncoderForExport(nn.Module):
    """The encoder as the engine calls it: with the total offsets [N,V,3] from the template's mean."""

    def __init__(self, encoder: Encoder, basis: torch.Tensor):
        super().__init__()
        self.encoder = encoder
        self.vertices = basis.shape[1]
        self.register_buffer("basis", basis.flatten(1).clone())

    def forward(self, crop: torch.Tensor) -> tuple[torch.Tensor, ...]:
        estimate = self.encoder(crop)
        offsets = (estimate.coefficients @ self.basis).reshape(-1, self.vertices, 3)
        return (
            estimate.coefficients, offsets, estimate.azimuth_logits, estimate.azimuth_residual,
            estimate.camera, estimate.light,
        )


def decode_azimuth(logits: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
    """Azimuth [N] in radians of the most likely bin."""
    best = logits.argmax(1)
    return (best + residual.gather(1, best[:, None])[:, 0]) * BIN_WIDTH
