"""How the canonical camera looks into a volume that stands around the car.

Everything is in car lengths, relative to the centre of the car's bounding box. The volume spans
HALF_WIDTH (x), HALF_HEIGHT (y) and HALF_LENGTH (z). The picture is cut into `size` columns and
rows and the view into vertical slices at forward offsets t from the car's centre. With azimuth a,
elevation e, forward-horizontal direction (-sin a, -cos a) and right (cos a, -sin a) in (x, z):
 depth = D + t cos e - y sin e, row coordinate = (t sin e + y cos e) / depth.
The column's sideways position is taken at y = 0; the convolutions after it make up for the rest.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

DISTANCE = 2.4
HALF_FOV = math.tan(math.radians(15.0))
HALF_WIDTH = 0.30
HALF_HEIGHT = 0.26
HALF_LENGTH = 0.56


def slice_offsets(slices: int) -> Tensor:
    """Forward offsets t of the slices, nearest first: [slices]."""
    return torch.linspace(-HALF_LENGTH, HALF_LENGTH, slices) * (1.0 - 0.5 / slices)


def pixel_coordinates(size: int) -> Tensor:
    """Image-plane coordinates (tangent of the angle) of pixel centres, left to right: [size]."""
    return ((torch.arange(size) + 0.5) / size * 2.0 - 1.0) * HALF_FOV


def plan_grid(view: Tensor, columns: Tensor, offsets: Tensor) -> Tensor:
    """Where slice k of column u meets the plan, for grid_sample (last axis x, z in -1..1).

    view [N,3] = sin azimuth, cos azimuth, elevation (rad); columns [U]; offsets [K] -> [N,K,U,2].
    """
    sine, cosine = view[:, 0, None, None], view[:, 1, None, None]
    forward = offsets[None, :, None]
    depth = DISTANCE + forward * torch.cos(view[:, 2, None, None])
    sideways = columns[None, None, :] * depth
    x = sideways * cosine - forward * sine
    z = -sideways * sine - forward * cosine
    return torch.stack([x / HALF_WIDTH, z / HALF_LENGTH], dim=3)


def row_weights(view: Tensor, rows: Tensor, offsets: Tensor, heights: Tensor) -> Tensor:
    """Share of each height level in each picture row of each slice.

    rows [R] image-plane coordinates (up positive), heights [M] evenly spaced -> [N,K,R,M] with
    hat-function weights; rows that look past the volume get zeros.
    """
    elevation = view[:, 2, None, None]
    sine, cosine = torch.sin(elevation), torch.cos(elevation)
    forward = offsets[None, :, None]
    row = rows[None, None, :]
    height = (row * (DISTANCE + forward * cosine) - forward * sine) / (cosine + row * sine)
    step = heights[1] - heights[0]
    return torch.relu(1.0 - (height[:, :, :, None] - heights[None, None, None, :]).abs() / step)
