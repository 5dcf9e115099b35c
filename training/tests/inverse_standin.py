"""Stand-ins for stage inverse: a coarse template, and multi-views of stretched copies of it drawn by the renderer."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from turnaround_training.camera import bounding_box_centre
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import render
from turnaround_training.renderer.viewpoint import camera_matrix
from turnaround_training.template.icosphere import icosphere

SIZE = 64
CODES = 8


def template_arrays() -> dict[str, np.ndarray]:
    """An egg of length 1, lower at its front, whose basis makes it wider (0) and higher (1)."""
    points, faces = icosphere(2)
    points = points * (0.2, 0.16, 0.5)
    points[:, 1] *= 1 - 0.6 * points[:, 2]
    points[:, 1] -= points[:, 1].min()
    points[:, 2] /= np.ptp(points[:, 2])
    mirror = np.linalg.norm(points[:, None] - points * (-1, 1, 1), axis=2).argmin(1)
    basis = np.zeros((40, *points.shape))
    basis[0, :, 0], basis[1, :, 1] = 0.1 * points[:, 0], 0.1 * points[:, 1]
    corners = points[faces]
    return {
        "vertices": points.astype(np.float32), "faces": faces.astype(np.int32), "mirror": mirror.astype(np.int32),
        "basis": basis.astype(np.float32), "uv": (corners[..., 1:] * (1, 0.8) + 0.5).clip(0, 1).astype(np.float32),
    }


def drawn(
    template: dict[str, np.ndarray], vertices: torch.Tensor, azimuth: torch.Tensor, size: int = SIZE
) -> torch.Tensor:
    """uint8 [N,size,size,4] of shapes [N,V,3] from azimuths [N], 15 degrees above, in the canonical framing."""
    one = torch.ones(len(azimuth))
    camera = camera_matrix(
        azimuth, math.radians(15) * one, 0 * one, 2.4 * one, math.tan(math.radians(15)) * one,
        torch.zeros(len(azimuth), 2), bounding_box_centre(vertices), size,
    )
    texture = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)).expand(len(azimuth), -1, -1, -1)
    drawing = render(Mesh.of(template["faces"], template["uv"]), vertices, camera, size, texture)
    return (torch.cat((drawing.colour, drawing.coverage), 1) * 255).round().byte().permute(0, 2, 3, 1)


def write_multiviews(folder: Path, template: dict[str, np.ndarray], cars: int = 4, turned_deg: float = 6.0) -> Path:
    """Multi-views as stage multiview writes them: code k is seen from 45 k degrees and every second one turned a little
    further, labelled by the nearest bin of 30 degrees."""
    folder.mkdir(parents=True)
    (folder / "picture-size.json").write_text(json.dumps(SIZE))
    stretch = torch.rand(cars, 1, 3, generator=torch.Generator().manual_seed(2)) * torch.tensor([0.4, 0.4, 0.0]) + 1
    angles = np.arange(CODES) * 45.0 + np.where(np.arange(CODES) % 2 == 0, turned_deg, -turned_deg)
    with (folder / "pictures.u8").open("wb") as pictures, (folder / "index.jsonl").open("w") as index:
        for car in range(cars):
            vertices = (torch.from_numpy(template["vertices"])[None] * stretch[car]).expand(CODES, -1, -1)
            pictures.write(drawn(template, vertices, torch.from_numpy(np.deg2rad(angles)).float()).numpy().tobytes())
            for code in range(CODES):
                row = {
                    "row": car * CODES + code,
                    "scene": car,
                    "view_code": code,
                    "azimuth_bin": round(angles[code] / 30) % 12,
                }
                index.write(json.dumps(row) + "\n")
    return folder


def write_template(folder: Path) -> dict[str, np.ndarray]:
    """models/template.safetensors of a folder."""
    template = template_arrays()
    (folder / "models").mkdir(parents=True)
    save_file(
        {name: np.ascontiguousarray(value) for name, value in template.items()},
        folder / "models" / "template.safetensors",
    )
    return template
