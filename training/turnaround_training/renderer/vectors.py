"""Test vectors shared with src/engine/diffrender (format: its README): reads them, and writes ours.

``python -m turnaround_training.renderer.vectors`` writes src/engine/diffrender/vectors/training-*.json.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch

from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import Drawing, render
from turnaround_training.renderer.viewpoint import camera_matrix
from turnaround_training.template.icosphere import icosphere

FOLDER = Path(__file__).parents[3] / "src/engine/diffrender/vectors"
DIGITS = 10


def drawn(scene: dict) -> tuple[Drawing, dict[str, torch.Tensor]]:
    """Draw a stored scene in double precision; the inputs by name carry gradients."""
    def numbers(values: list, *shape: int) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.float64).reshape(shape)

    texture, silhouette = scene["texture"], scene["silhouette"] or {"sigmainv": None, "nearest": 1}
    inputs = {
        "vertices": numbers(scene["vertices"], 1, -1, 3), "camera": numbers(scene["camera"], 1, 4, 4),
        "texels": numbers(texture["texels"], 1, texture["height"], texture["width"], 3),
        "light": numbers(scene["light"], 1, 9, 3),
    }
    for value in inputs.values():
        value.requires_grad_()
    drawing = render(
        Mesh.of(numbers(scene["faces"], -1, 3).int(), numbers(scene["uv"], -1, 3, 2)),
        inputs["vertices"], inputs["camera"], (scene["height"], scene["width"]),
        inputs["texels"].permute(0, 3, 1, 2), inputs["light"], srgb=scene["transfer"] == "srgb",
        sigmainv=silhouette["sigmainv"], nearest=silhouette["nearest"], near=scene["near"],
        cull_back=scene["cull_back"],
    )
    return drawing, inputs


def pictures_of(drawing: Drawing) -> dict[str, list]:
    """Flat pictures as the vectors hold them."""
    depth = drawing.depth.detach().flatten().tolist()
    return {
        "colour": _rounded(drawing.colour.permute(0, 2, 3, 1)), "mask": _rounded(drawing.silhouette),
        "depth": [None if math.isinf(value) else float(f"{value:.{DIGITS}g}") for value in depth],
        "face": drawing.face.flatten().tolist(),
    }


def gradients_of(drawing: Drawing, inputs: dict[str, torch.Tensor]) -> dict[str, list[float]]:
    """Flat gradients of the vectors' loss with respect to the inputs."""
    colour = drawing.colour.permute(0, 2, 3, 1).flatten()
    mask, depth = drawing.silhouette.flatten(), drawing.depth.flatten()
    there = torch.isfinite(depth)

    def count(values: torch.Tensor) -> torch.Tensor:
        return torch.arange(len(values), dtype=torch.float64)

    loss = (torch.sin(1 + 7 * count(colour)) * colour).sum() + (torch.cos(2 + 5 * count(mask)) * mask).sum()
    loss = loss + ((torch.sin(3 + 11 * count(depth)) / 4)[there] * depth[there]).sum()
    found = torch.autograd.grad(loss, tuple(inputs.values()))
    return {name: _rounded(gradient) for name, gradient in zip(inputs, found, strict=True)}


def _rounded(values: torch.Tensor) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.detach().flatten().tolist()]


def our_scenes() -> dict[str, dict]:
    """Scenes that the engine's own vectors don't have: a long body from below and above, many and one nearest faces."""
    generator = torch.Generator().manual_seed(3)

    def random(*shape: int) -> torch.Tensor:
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    scenes = {}
    for name, size, level, nearest in (("body-nearest-1", 20, 2, 1), ("body-nearest-12", 14, 1, 12)):
        points, faces = icosphere(level)
        body = torch.tensor(points) * torch.tensor([0.2, 0.16, 0.5], dtype=torch.float64)
        vertices = body * (0.9 + 0.2 * random(len(points), 1))
        azimuth, elevation, roll = (random(1) for _ in range(3))
        camera = camera_matrix(
            6 * azimuth, elevation - 0.3, 0.2 * roll, 1.6 + random(1),
            0.2 + 0.1 * random(1), 0.1 * random(1, 2), 0.1 * random(1, 3), size,
        )
        light = torch.cat((torch.full((1, 3), 2.0, dtype=torch.float64), random(8, 3) - 0.5))
        scenes[name] = {
            "width": size, "height": size, "camera": camera.flatten().tolist(), "near": 0.01, "cull_back": True,
            "vertices": _rounded(vertices), "faces": torch.as_tensor(faces).flatten().tolist(),
            "uv": _rounded(random(len(faces), 3, 2)),
            "texture": {"width": 5, "height": 4, "texels": _rounded(random(4, 5, 3))},
            "light": _rounded(light), "transfer": "srgb", "silhouette": {"sigmainv": 400, "nearest": nearest},
        }
    return scenes


def main() -> None:
    """Write our vectors beside the engine's."""
    for name, scene in our_scenes().items():
        drawing, inputs = drawn(scene)
        vector = {
            "name": f"training-{name}", "made_by": "python -m turnaround_training.renderer.vectors",
            "scene": scene, "pictures": pictures_of(drawing), "gradients": gradients_of(drawing, inputs),
        }
        path = FOLDER / f"training-{name}.json"
        path.write_text(json.dumps(vector, separators=(",", ":")) + "\n", encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
