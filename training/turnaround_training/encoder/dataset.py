"""Truth for the encoder: the registered, bent shape of every scene beside the changed crops' labels."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from turnaround_training.data.crops import CropBatch, make_crops
from turnaround_training.data.framing import Labels
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.render.bend import bend
from turnaround_training.trainer import Batch


class TrueShapes:
    """Vertices [V,3] (car lengths) of the template registered to a row's car and bent as the row was."""

    def __init__(self, registered: dict[str, np.ndarray]):
        self.registered = registered
        self.known: dict[tuple[str, int], np.ndarray] = {}

    def vertices(self, row: dict) -> np.ndarray:
        """float32 [V,3]; computed once a scene."""
        key = (row["car"], row["scene"])
        if key not in self.known:
            if row["car"] not in self.registered:
                raise StageError(f"Car {row['car']} has renders but no registered shape. Run the template stage.")
            shape = bend(self.registered[row["car"]], row["bend"], np.array(row["box"]))
            self.known[key] = shape.astype(np.float32)
        return self.known[key]


def load_registered(path: Path) -> dict[str, np.ndarray]:
    """Car identifier -> vertices [V,3] of the registered template, from the template stage's file."""
    if not path.exists():
        raise StageError(f"No registered shapes at {path}. Run the template stage first.")
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files if stored[name].shape[-1:] == (3,)}


def truth_of(labels: list[Labels], vertices: list[np.ndarray]) -> Batch:
    """Labels of a batch of crops as the tensors that encoder_losses takes."""
    camera = [
        (label.elevation, label.roll, math.log(label.distance), math.log(label.tan_half_fov), *label.offset)
        for label in labels
    ]
    return {
        "vertices": torch.from_numpy(np.stack(vertices)),
        "target": torch.from_numpy(np.stack([label.target for label in labels])).float(),
        "azimuth": torch.tensor([label.azimuth for label in labels], dtype=torch.float32),
        "camera": torch.tensor(camera, dtype=torch.float32),
        "light": torch.from_numpy(np.stack([label.light for label in labels])).float(),
    }


def make_batch(renders: RenderSet, shapes: TrueShapes, size: int, generator: np.random.Generator) -> Batch:
    """A seeded batch of changed crops with their truth; canonical pictures are drawn less often than free ones."""
    odds = np.where(renders.canonical, 1.0, 2.0)
    rows = np.sort(generator.choice(len(renders), size, p=odds / odds.sum()))
    return batch_of(make_crops(renders, rows, generator), renders, shapes)


def batch_of(crops: CropBatch, renders: RenderSet, shapes: TrueShapes) -> Batch:
    """Crops and their truth as one batch."""
    vertices = [shapes.vertices(renders.rows[row]) for row in crops.rows]
    crop = crops.crop.contiguous(memory_format=torch.channels_last)
    return {"crop": crop, **truth_of(crops.labels, vertices)}
