"""Stand-ins for the tests of gan, views and multiview: tiny settings, a folder of renders, pictures of one colour."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from turnaround_training.gan.settings import Architecture, Phase, Settings

TINY = Architecture(size=16, width=16, base=128, channels=16, mapping_layers=2)


def tiny_settings(folder: Path, **changes) -> Settings:
    """Two phases, 8 then 16 px, four pictures a step."""
    phases = (Phase(16, 8, batch=4, r1=0.1), Phase(32, 16, batch=4, r1=0.1, fade=8))
    given = {
        "run": folder / "run",
        "architecture": TINY,
        "phases": phases,
        "r1_every": 2,
        "milestones": (16,),
        "distance_pictures": 4,
    }
    return Settings(**(given | changes))


def write_renders(folder: Path, cars: list[str], canonical: list[bool] | None = None, start: int = 0) -> None:
    """A folder of the render stage with one 256 px picture per entry, of a grey that tells its row."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "pictures.u8").open("ab") as pictures, (folder / "index.jsonl").open("a") as index:
        for number, car in enumerate(cars):
            row = start + number
            pictures.write(np.full((256, 256, 4), (row * 10, row * 10, 50, 255), np.uint8).tobytes())
            labels = {
                "row": row, "scene": row, "view": 0, "car": car, "environment": "none", "azimuth_deg": row * 30.0 % 360,
                "elevation_deg": 5.0, "roll_deg": 0, "distance": 2.4, "fov_deg": 30.0, "target": [0.0, 0.1, 0.0],
                "light": [[0.0] * 3] * 9, "canonical": canonical[number] if canonical else True,
            }
            index.write(json.dumps(labels) + "\n")


def write_pictures(folder: Path, count: int, size: int = 16, colour: tuple[int, int, int] = (230, 40, 40)) -> Path:
    """A folder of PNGs of nearly one colour."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    for number in range(count):
        noise = random.integers(-8, 9, (size, size, 3))
        Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8)).save(folder / f"{number:03d}.png")
    return folder
