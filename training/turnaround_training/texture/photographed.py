"""Partial atlases taken from renders as the engine takes them from photos: slightly wrong in geometry and light."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import map_coordinates

from turnaround_training.camera import project
from turnaround_training.data.crops import linear_to_srgb, srgb_to_linear
from turnaround_training.data.renders import RenderSet
from turnaround_training.encoder.losses import spherical_harmonics
from turnaround_training.texture.atlas import TexelMap, texel_points, to_atlas, visibility
from turnaround_training.texture.partial import Seen

DARKEST_SHADING = 0.08
"""Shading below which a pixel says nothing about albedo; the division is clamped there."""


def photograph(
    renders: RenderSet,
    row: int,
    texels: TexelMap,
    vertices: np.ndarray,
    faces: np.ndarray,
    generator: np.random.Generator,
) -> tuple[np.ndarray, Seen]:
    """Observed albedo [S,S,3] (sRGB) of one render through disturbed vertices [V,3], camera and light."""
    wrong = _disturbed(vertices, generator)
    points, normals = texel_points(texels, wrong, faces)

    def one(value: float | np.ndarray) -> torch.Tensor:
        return torch.tensor(np.array([value]), dtype=torch.float64)

    azimuth = renders.azimuth[row] + generator.normal(0, 0.02)
    elevation = renders.elevation[row] + generator.normal(0, 0.015)
    target, distance = renders.target[row], float(renders.distance[row])
    fractions, depth = project(
        torch.from_numpy(points)[None].double(),
        one(azimuth),
        one(elevation),
        one(generator.normal(0, 0.01)),
        one(distance),
        one(renders.tan_half_fov[row] * np.exp(generator.normal(0, 0.01))),
        one(generator.normal(0, 0.004, 2)),
        one(target),
    )
    towards = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
    shown = visibility(points, normals, target + distance * towards, fractions[0].numpy(), depth[0].numpy())
    picture = renders.pictures[row]
    places = fractions[0].numpy()[:, ::-1].T * picture.shape[0] - 0.5
    pixels = [
        map_coordinates(picture[..., band], places, np.float32, order=1, mode="nearest") / 255 for band in range(3)
    ]
    light = renders.light[row] * np.exp(generator.normal(0, 0.1)) * np.exp(generator.normal(0, 0.03, 3))
    light = light + generator.normal(0, 0.05, (9, 3)) * light[0]
    shading = spherical_harmonics(torch.from_numpy(normals)).numpy() @ light
    linear = srgb_to_linear(torch.from_numpy(np.stack(pixels, 1))).numpy() / np.maximum(shading, DARKEST_SHADING)
    albedo = linear_to_srgb(torch.from_numpy(linear)).numpy().astype(np.float32)
    return to_atlas(texels, albedo), Seen(to_atlas(texels, shown), to_atlas(texels, normals.astype(np.float32)))


def _disturbed(vertices: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Vertices stretched a little and displaced by a few slow waves, as an estimated shape would be wrong."""
    stretched = vertices * np.exp(generator.normal(0, 0.02, 3))
    for _ in range(3):
        wave = generator.normal(0, 6, 3)
        amount = generator.normal(0, 0.006, 3)
        stretched = stretched + amount * np.sin(vertices @ wave + generator.uniform(0, 6.3))[:, None]
    return stretched
