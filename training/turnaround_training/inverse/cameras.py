"""Cameras of the viewpoint codes, found together with f, and the cameras of crops cut out of their pictures.

Gauge (docs: method.md, section 2): the car's length is 1, fields of view stay as they start, the symmetry plane fixes
the heading, and the cameras' turns from their starting azimuths sum to zero.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from turnaround_training.inverse.views import Cameras
from turnaround_training.renderer.viewpoint import camera_matrix

FREE_SCALE = (2.0, 1.2, 0.3, 0.8, 0.0, 0.3, 0.3)
"""How far one unit of a free number moves its camera: azimuth, elevation, roll, log distance, log tangent, offsets.
Units are large against the network's weights, as a code is seen in few steps."""


class CropCamera(NamedTuple):
    """Cameras [N] of square crops, in the numbers of camera.project: radians, car lengths, tangent of half the field of
    view; offset [N,2] in fractions of the crop."""

    azimuth: torch.Tensor
    elevation: torch.Tensor
    roll: torch.Tensor
    distance: torch.Tensor
    tan_half_fov: torch.Tensor
    offset: torch.Tensor

    def matrix(self, target: torch.Tensor, size: int) -> torch.Tensor:
        """Camera matrices [N,4,4] for pictures of ``size`` px around targets [N,3]."""
        return camera_matrix(*self, target, size)

    def six(self) -> torch.Tensor:
        """[N,6] as the encoder tells them: elevation, roll, log distance, log tangent, offset right, offset down."""
        logs = torch.stack((self.elevation, self.roll, self.distance.log(), self.tan_half_fov.log()), 1)
        return torch.cat((logs, self.offset), 1)

    def take(self, order: torch.Tensor) -> "CropCamera":
        """The cameras of some items."""
        return CropCamera(*(value[order] for value in self))

    def detached(self) -> "CropCamera":
        """The same without gradients."""
        return CropCamera(*(value.detach() for value in self))


class CameraTable(nn.Module):
    """All cameras of the views; those that are unknown are parameters, and alone stand in checkpoints: known ones come
    from the pictures' index, which may have grown since."""

    def __init__(self, cameras: Cameras):
        super().__init__()
        unknown = torch.from_numpy(cameras.unknown)
        self.register_buffer("start", torch.from_numpy(cameras.start), persistent=False)
        self.register_buffer("unknown", unknown, persistent=False)
        self.register_buffer("slot", torch.cumsum(unknown.long(), 0) - 1, persistent=False)
        self.register_buffer("scale", torch.tensor(FREE_SCALE), persistent=False)
        self.free = nn.Parameter(torch.zeros(int(self.unknown.sum()), len(FREE_SCALE)))

    def moves(self) -> torch.Tensor:
        """How far the unknown cameras have moved from their start, [L,7]; the azimuths' moves sum to zero."""
        moves = self.free * self.scale
        if len(moves) == 0:
            return moves
        return torch.cat((moves[:, :1] - moves[:, :1].mean(), moves[:, 1:]), 1)

    def forward(self, camera: torch.Tensor) -> torch.Tensor:
        """Numbers [N,7] of the cameras int [N]."""
        numbers = self.start[camera]
        if len(self.free) == 0:
            return numbers
        moved = self.moves()[self.slot[camera].clamp(min=0)]
        return numbers + moved * self.unknown[camera, None]


def crop_cameras(numbers: torch.Tensor, crop: dict[str, torch.Tensor]) -> CropCamera:
    """Cameras of crops cut out of pictures.

    numbers [N,7] of the whole pictures; crop: sign [N] (-1 where the picture was mirrored first), roll [N] (turn of
    the camera that the crop adds), scale [N] (side of the crop in sides of the picture), to_crop [N,2,3] (fractions of
    the picture, mirrored where it was, to fractions of the crop).
    """
    azimuth, elevation, roll, log_distance, log_tangent, right, down = numbers.unbind(1)
    sign = crop["sign"]
    centre = torch.stack((0.5 + sign * right, 0.5 + down, torch.ones_like(right)), 1)
    offset = (crop["to_crop"] @ centre[..., None])[..., 0] - 0.5
    tangent = log_tangent.exp() * crop["scale"]
    return CropCamera(sign * azimuth, elevation, sign * roll + crop["roll"], log_distance.exp(), tangent, offset)
