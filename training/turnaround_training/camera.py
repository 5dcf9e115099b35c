"""The camera of the whole product as pure, differentiable functions (conventions: docs/architecture.md).

Every function takes batches of torch tensors. Angles are radians, lengths are in any one unit.
``src/engine`` and ``src/shared`` compute the same and are tested against models/parity/camera.json.
"""

from __future__ import annotations

import torch


def camera_axes(
    azimuth: torch.Tensor, elevation: torch.Tensor, roll: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Axes of the camera in car space.

    Args: three tensors [B] in radians.
    Returns: (towards_eye, right, up, forward), each [B,3] of unit length; the eye stands at
    target + distance * towards_eye and looks along forward.
    """
    cos_elevation = torch.cos(elevation)
    towards_eye = torch.stack(
        (torch.sin(azimuth) * cos_elevation, torch.sin(elevation), torch.cos(azimuth) * cos_elevation), -1
    )
    zero = torch.zeros_like(azimuth)
    level_right = torch.stack((torch.cos(azimuth), zero, -torch.sin(azimuth)), -1)
    forward = -towards_eye
    level_up = torch.cross(level_right, forward, dim=-1)
    cos_roll, sin_roll = torch.cos(roll)[:, None], torch.sin(roll)[:, None]
    up = cos_roll * level_up + sin_roll * level_right
    right = cos_roll * level_right - sin_roll * level_up
    return towards_eye, right, up, forward


def project(
    points: torch.Tensor,
    azimuth: torch.Tensor,
    elevation: torch.Tensor,
    roll: torch.Tensor,
    distance: torch.Tensor,
    tan_half_fov: torch.Tensor,
    offset: torch.Tensor,
    target: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Project points into the square crop.

    Args: points [B,V,3]; azimuth, elevation, roll, distance, tan_half_fov [B]; offset [B,2] in
    fractions of the crop (right, down); target [B,3], the centre of the car's bounding box.
    Returns: fractions [B,V,2] of the crop's size from its top left corner (right, down) and the
    depth [B,V] along the viewing direction. Pixel = crop.xy + crop.size * fraction.
    """
    towards_eye, right, up, forward = camera_axes(azimuth, elevation, roll)
    relative = points - (target + distance[:, None] * towards_eye)[:, None]
    axes = torch.stack((right, up, forward), -1)
    x, y, depth = torch.bmm(relative, axes).unbind(-1)
    scale = 0.5 / (depth * tan_half_fov[:, None])
    fractions = torch.stack((0.5 + x * scale + offset[:, None, 0], 0.5 - y * scale + offset[:, None, 1]), -1)
    return fractions, depth


def bounding_box_centre(vertices: torch.Tensor) -> torch.Tensor:
    """Centre [B,3] of the axis-aligned bounding box of vertices [B,V,3]."""
    return (vertices.amin(1) + vertices.amax(1)) / 2
