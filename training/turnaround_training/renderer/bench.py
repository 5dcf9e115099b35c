"""``python -m turnaround_training.renderer.bench``: milliseconds of one picture forward and backward, as JSON.

One thread, float32, 256 x 256 pixels, 2562 vertices, 5120 faces: silhouette, texture and light with all gradients.
"""

from __future__ import annotations

import argparse
import json
import math
import time

import torch

from turnaround_training.camera import bounding_box_centre
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import render
from turnaround_training.renderer.viewpoint import camera_matrix
from turnaround_training.template.icosphere import icosphere

SIZE = 256
WARM_UP = 3


def scene() -> tuple[Mesh, list[torch.Tensor]]:
    """A car-shaped ellipsoid in the canonical framing: mesh, and vertices, camera, texture and light with gradients."""
    points, faces = icosphere(4)
    vertices = torch.tensor(points, dtype=torch.float32)[None] * torch.tensor([0.2, 0.16, 0.5])
    corners = vertices[0][torch.as_tensor(faces).long()]
    mesh = Mesh.of(faces, corners[..., 1:] + 0.5)
    one = torch.ones(1)
    camera = camera_matrix(
        one, 0.2 * one, 0 * one, 2.4 * one, math.tan(math.radians(15)) * one, torch.zeros(1, 2),
        bounding_box_centre(vertices), SIZE,
    )
    generator = torch.Generator().manual_seed(1)
    texture = torch.rand(1, 3, SIZE, SIZE, generator=generator)
    light = torch.cat((torch.full((1, 1, 3), 2.5), torch.rand(1, 8, 3, generator=generator) * 0.4 - 0.2), 1)
    return mesh, [tensor.requires_grad_() for tensor in (vertices, camera, texture, light)]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=51)
    parser.add_argument("--sigmainv", type=float, default=7000.0)
    parser.add_argument("--nearest", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    mesh, (vertices, camera, texture, light) = scene()
    times = []
    for _ in range(WARM_UP + options.runs):
        start = time.perf_counter()
        drawing = render(
            mesh, vertices, camera, SIZE, texture, light, sigmainv=options.sigmainv, nearest=options.nearest
        )
        torch.autograd.grad((drawing.colour.sum(), drawing.silhouette.sum()), (vertices, camera, texture, light))
        times.append(1000 * (time.perf_counter() - start))
    times = sorted(times[WARM_UP:])
    print(json.dumps({
        "name": "training renderer, forward and backward", "unit": "ms", "threads": 1, "size": SIZE,
        "vertices": vertices.shape[1], "faces": len(mesh.faces), "sigmainv": options.sigmainv,
        "nearest": options.nearest, "runs": options.runs, "min": round(times[0], 3),
        "median": round(times[len(times) // 2], 3), "max": round(times[-1], 3),
    }))


if __name__ == "__main__":
    main()
