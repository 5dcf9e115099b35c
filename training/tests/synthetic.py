"""Stand-ins for data that takes long to make: a folder of box-shaped 'cars' rendered through the true camera."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from scipy.spatial import ConvexHull

from turnaround_training.camera import project
from turnaround_training.render.bend import identity
from turnaround_training.template.registered import RegisteredCar

BOX = np.array([(x, y, z) for x in (-0.2, 0.2) for y in (0.0, 0.32) for z in (-0.5, 0.5)], np.float64)


def box_hull(viewpoint: dict) -> np.ndarray:
    """Outline [K,2] in crop fractions of the box car seen from a row's viewpoint."""
    def one(value):
        return torch.tensor([value], dtype=torch.float64)

    fractions, _ = project(
        torch.from_numpy(BOX)[None],
        *(one(np.deg2rad(viewpoint[key])) for key in ("azimuth_deg", "elevation_deg", "roll_deg")),
        one(viewpoint["distance"]), one(np.tan(np.deg2rad(viewpoint["fov_deg"]) / 2)),
        torch.zeros(1, 2, dtype=torch.float64), one(viewpoint["target"]),
    )
    points = fractions[0].numpy()
    return points[ConvexHull(points).vertices]


def registered_box(identifier: str = "vdrift-3s") -> RegisteredCar:
    """The box as the template stage would store it: its corners, a plain texture, nothing askew."""
    plain = np.full((256, 256, 3), 120, np.uint8)
    paint = np.zeros((256, 256), np.uint8)
    paint[:, 64:192] = 255
    return RegisteredCar(identifier, "sedan", False, BOX.astype(np.float32), plain, paint, "flat", 0.0, 0.0, 1.0)


BOX_MIRROR = np.array([4, 5, 6, 7, 0, 1, 2, 3], np.int32)


def write_renders(folder: Path, count: int = 12, seed: int = 0) -> Path:
    """Write ``count`` pictures of grey boxes on noise, in the format of the render stage."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    with (folder / "pictures.u8").open("wb") as pictures, (folder / "index.jsonl").open("w") as index:
        for row in range(count):
            label = {
                "row": row, "scene": row // 4, "car": "vdrift-3s", "paint": None, "hue_shift": 0.0,
                "bend": identity(), "box": [BOX.min(0).tolist(), BOX.max(0).tolist()], "paint_mode": "flat",
                "saturation_scale": 1.0, "value_scale": 1.0,
                "environment": "noon_grass", "environment_rotation_deg": 0.0, "exposure": 1.0,
                "azimuth_deg": float(generator.uniform(0, 360)), "elevation_deg": float(generator.uniform(0, 30)),
                "roll_deg": 0.0, "distance": 2.4, "fov_deg": 30.0, "target": [0.0, 0.16, 0.0], "canonical": True,
                "light": (generator.normal(0, 0.2, (9, 3)) + np.eye(9, 1) * 2.5).tolist(), "held_out": False,
            }
            image = Image.new("L", (1024, 1024))
            ImageDraw.Draw(image).polygon([tuple(point) for point in box_hull(label) * 1024], 255)
            alpha = np.asarray(image.resize((256, 256), Image.BOX))
            noise = generator.integers(0, 256, (256, 256, 3))
            colour = np.where(alpha[..., None] > 127, generator.integers(0, 256, 3), noise)
            pictures.write(np.concatenate((colour, alpha[..., None]), -1).astype(np.uint8).tobytes())
            index.write(json.dumps(label) + "\n")
    return folder
