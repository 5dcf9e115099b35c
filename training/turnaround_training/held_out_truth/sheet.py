"""Sheet of the truth: each render beside its registered car under the true albedo, camera and light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from turnaround_training.data.crops import srgb_to_linear
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import render
from turnaround_training.renderer.viewpoint import camera_matrix

BACKDROP = 0.5
COLUMNS = 3
"""Renders side by side."""


@dataclass(frozen=True)
class Sample:
    """row of the index, picture uint8 [S,S,4], vertices [V,3] where it shows them; albedo uint8 [T,T,3] sRGB,
    known bool [T,T]."""

    row: dict
    picture: np.ndarray
    vertices: np.ndarray
    albedo: np.ndarray
    known: np.ndarray


def draw(sample: Sample, mesh: Mesh) -> np.ndarray:
    """uint8 [S,S,3]: the registered car as its render should show it, on grey."""
    row, size = sample.row, len(sample.picture)

    def one(value: object) -> torch.Tensor:
        return torch.tensor(np.array([value]), dtype=torch.float64)

    angles = [one(np.radians(row[key])) for key in ("azimuth_deg", "elevation_deg", "roll_deg")]
    tan_half_fov = one(np.tan(np.radians(row["fov_deg"]) / 2))
    camera = camera_matrix(
        *angles, one(row["distance"]), tan_half_fov, one([0.0, 0.0]), one(row["target"]), float(size)
    )
    texture = srgb_to_linear(torch.from_numpy(sample.albedo / 255)).permute(2, 0, 1)[None]
    drawing = render(mesh, one(sample.vertices), camera, size, texture, one(row["light"]))
    colour = drawing.colour + BACKDROP * (1 - drawing.coverage)
    return (colour[0].clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).numpy()


def truth_sheet(samples: Sequence[Sample], faces: np.ndarray, uv: np.ndarray) -> Image.Image:
    """Picture, drawing, albedo, known albedo of each sample, COLUMNS samples in a row."""
    mesh = Mesh.of(faces, uv)
    strips = []
    for sample in samples:
        size = len(sample.picture)
        shown = np.where(sample.known[..., None], sample.albedo, np.uint8(255 * BACKDROP))
        atlases = [np.asarray(Image.fromarray(atlas).resize((size, size))) for atlas in (sample.albedo, shown)]
        strips.append(np.concatenate([sample.picture[..., :3], draw(sample, mesh), *atlases], 1))
    strips += [np.zeros_like(strips[0])] * (-len(strips) % COLUMNS)
    rows = [np.concatenate(strips[start : start + COLUMNS], 1) for start in range(0, len(strips), COLUMNS)]
    return Image.fromarray(np.concatenate(rows))
