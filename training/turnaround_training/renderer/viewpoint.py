"""The camera matrix of a viewpoint, in torch, so that autograd takes its gradient on to the camera's parameters."""

from __future__ import annotations

import torch

from turnaround_training.camera import camera_axes


def camera_matrix(
    azimuth: torch.Tensor,
    elevation: torch.Tensor,
    roll: torch.Tensor,
    distance: torch.Tensor,
    tan_half_fov: torch.Tensor,
    offset: torch.Tensor,
    target: torch.Tensor,
    size: float,
) -> torch.Tensor:
    """Matrices [B,4,4]: (X, Y, W, Z) = M (x, y, z, 1), pixel = (X, Y) / W of a square picture, depth = Z = W.

    Args: azimuth, elevation, roll (radians), distance, tan_half_fov [B]; offset [B,2] in fractions of the picture
    (right, down); target [B,3]; size: side of the picture in pixels. The same as orbitCameraMatrix of
    src/engine/diffrender/camera.ts with the whole picture as window.
    """
    towards_eye, right, up, forward = camera_axes(azimuth, elevation, roll)
    eye = target + distance[:, None] * towards_eye
    rows = torch.stack((right, up, forward), 1)
    rows = torch.cat((rows, -(rows * eye[:, None]).sum(-1, keepdim=True)), -1)
    focal = (0.5 * size / tan_half_fov)[:, None]
    centre = size * (0.5 + offset)
    x, y, depth = rows.unbind(1)
    return torch.stack((centre[:, :1] * depth + focal * x, centre[:, 1:] * depth - focal * y, depth, depth), 1)
