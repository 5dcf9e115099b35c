"""Test vectors of the camera that training and engine share: models/parity/camera.json."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from turnaround_training.camera import project

SEED = 20
VIEWPOINTS = 20
POINTS = 6


def write_camera_vectors(models: Path) -> Path:
    """Write random viewpoints (contract of docs/architecture.md, metres and degrees), crops, points and pixels."""
    generator = np.random.default_rng(SEED)
    cases = [_case(generator) for _ in range(VIEWPOINTS)]
    path = models / "parity" / "camera.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    note = "pixels are [x right, y down] in the photo, depth is along the viewing direction in metres"
    path.write_text(json.dumps({"note": note, "cases": cases}, indent=1) + "\n", encoding="utf-8")
    return path


def _case(generator: np.random.Generator) -> dict:
    viewpoint = {
        "azimuthDeg": generator.uniform(0, 360),
        "elevationDeg": generator.uniform(-5, 40),
        "rollDeg": generator.uniform(-15, 15),
        "distance": generator.uniform(5, 20),
        "fovDeg": generator.uniform(15, 60),
        "target": [0.0, generator.uniform(0.5, 1.0), 0.0],
        "offset": generator.uniform(-0.2, 0.2, 2).tolist(),
    }
    crop = {"x": generator.uniform(-50, 200), "y": generator.uniform(-50, 200), "size": generator.uniform(100, 900)}
    points = generator.uniform((-1, 0, -2.3), (1, 1.6, 2.3), (POINTS, 3))

    def batch(value: float | list[float]) -> torch.Tensor:
        return torch.tensor([value], dtype=torch.float64)

    fractions, depth = project(
        torch.from_numpy(points)[None],
        *(batch(np.deg2rad(viewpoint[name])) for name in ("azimuthDeg", "elevationDeg", "rollDeg")),
        batch(viewpoint["distance"]),
        batch(np.tan(np.deg2rad(viewpoint["fovDeg"]) / 2)),
        batch(viewpoint["offset"]),
        batch(viewpoint["target"]),
    )
    pixels = np.array([crop["x"], crop["y"]]) + crop["size"] * fractions[0].numpy()
    return {
        "viewpoint": viewpoint, "crop": crop, "points": points.tolist(),
        "pixels": pixels.tolist(), "depth": depth[0].tolist(),
    }
