"""Truth for the encoder: the registered, bent shape of every scene beside the changed crops' labels."""

from __future__ import annotations

import math

import numpy as np
import torch

from turnaround_training.data.crops import CropBatch, make_crops
from turnaround_training.data.framing import Labels
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.render.environments import sh_basis
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.shapes import shape_in_render, shape_of
from turnaround_training.template.straighten import turned
from turnaround_training.trainer import Batch


class TrueShapes:
    """The template's true vertices (car lengths) of index rows.

    registered: cars by id; mirror [V]: index of every vertex's mirror image.
    """

    def __init__(self, registered: dict[str, RegisteredCar], mirror: np.ndarray):
        self.registered = registered
        self.mirror = mirror
        self.known: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}

    def car(self, row: dict) -> RegisteredCar:
        """The registered car of a row."""
        if row["car"] not in self.registered:
            raise StageError(f"Car {row['car']} has renders but no registered shape. Run the template stage.")
        return self.registered[row["car"]]

    def vertices(self, row: dict, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
        """float32 [V,3] twice: the symmetric shape, and the shape where the (mirrored) render shows it."""
        key = (row["car"], row["scene"])
        if key not in self.known:
            car, box = self.car(row), np.array(row["box"])
            self.known[key] = shape_of(car, row["bend"], box), shape_in_render(car, row["bend"], box)
        straight, shown = self.known[key]
        if mirrored:
            shown = shown[self.mirror] * np.array([-1, 1, 1], np.float32)
        return straight, shown

    def azimuth(self, row: dict, label: Labels) -> float:
        """Azimuth (radians) under which the symmetric shape is seen: some cars stand askew in their files."""
        yaw = math.radians(self.car(row).yaw_deg)
        return label.azimuth - yaw if label.mirrored else label.azimuth + yaw


def turned_light(light: np.ndarray, yaw: float) -> np.ndarray:
    """Spherical harmonics [9,3] of the same light in the space of a car turned by yaw (radians about +Y, +z towards
    +x).

    L'(n) = L(n turned by -yaw), solved at fixed directions; harmonics up to degree 2 turn into themselves, so it is
    exact.
    """
    if yaw == 0:
        return light
    directions = np.random.default_rng(0).standard_normal((30, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.linalg.lstsq(sh_basis(directions), sh_basis(turned(directions, -yaw)) @ light, rcond=None)[0]


def truth_of(labels: list[Labels], vertices: list[tuple[np.ndarray, np.ndarray]], azimuth: list[float]) -> Batch:
    """Labels of a batch of crops as the tensors that encoder_losses takes.

    vertices: symmetric and shown shape of every crop; azimuth: of the symmetric shape (the labels' own, and
    their light, belong to the shown one).
    """
    camera = [
        (label.elevation, label.roll, math.log(label.distance), math.log(label.tan_half_fov), *label.offset)
        for label in labels
    ]
    return {
        "vertices": torch.from_numpy(np.stack([straight for straight, _ in vertices])),
        "shown": torch.from_numpy(np.stack([shown for _, shown in vertices])),
        "target": torch.from_numpy(np.stack([label.target for label in labels])).float(),
        "azimuth": torch.tensor(azimuth, dtype=torch.float32),
        "shown_azimuth": torch.tensor([label.azimuth for label in labels], dtype=torch.float32),
        "camera": torch.tensor(camera, dtype=torch.float32),
        "light": torch.from_numpy(
            np.stack(
                [turned_light(label.light, own - label.azimuth) for label, own in zip(labels, azimuth, strict=True)]
            )
        ).float(),
    }


def make_batch(renders: RenderSet, shapes: TrueShapes, size: int, generator: np.random.Generator) -> Batch:
    """A seeded batch of changed crops with their truth; canonical pictures are drawn less often than free ones."""
    odds = np.where(renders.canonical, 1.0, 2.0)
    rows = np.sort(generator.choice(len(renders), size, p=odds / odds.sum()))
    return batch_of(make_crops(renders, rows, generator), renders, shapes)


def batch_of(crops: CropBatch, renders: RenderSet, shapes: TrueShapes) -> Batch:
    """Crops and their truth as one batch."""
    pairs = [(renders.rows[row], label) for row, label in zip(crops.rows, crops.labels, strict=True)]
    vertices = [shapes.vertices(row, label.mirrored) for row, label in pairs]
    azimuth = [shapes.azimuth(row, label) for row, label in pairs]
    crop = crops.crop.contiguous(memory_format=torch.channels_last)
    return {"crop": crop, **truth_of(crops.labels, vertices, azimuth)}
