"""Outer solids as voxels: what can't be seen from any of six sides is inside.

The same is done to the true car (with its underside closed), the predicted mesh and the mean shape, so that grilles,
wheel arches and interiors weigh alike for all.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from turnaround_training.render.bend import bend
from turnaround_training.template.car import Car
from turnaround_training.template.outer import closed_caster
from turnaround_training.template.rays import RayCaster
from turnaround_training.template.register import normalise
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.straighten import turned

VOXELS = 64


def outer_solid(vertices: np.ndarray, faces: np.ndarray, voxels: int = VOXELS) -> np.ndarray:
    """bool [voxels]*3 (x, y, z) of a mesh of length 1 on y = 0, in the cube x, z in -0.5..0.5, y in 0..1.

    A voxel is inside where, along each axis, its centre lies between the first hits from both sides.
    """
    caster = RayCaster(vertices, faces)
    low = np.array([-0.5, 0.0, -0.5])
    centres = (np.arange(voxels) + 0.5) / voxels
    inside = np.ones((voxels,) * 3, bool)
    for axis in range(3):
        others = [k for k in range(3) if k != axis]
        grid = np.stack(np.meshgrid(centres, centres, indexing="ij"), -1).reshape(-1, 2)
        origins = np.zeros((len(grid), 3))
        origins[:, others] = low[others] + grid
        direction = np.zeros(3)
        direction[axis] = 1.0
        bounds = []
        for sign in (1, -1):
            origins[:, axis] = low[axis] + 0.5 - sign * 2.0
            face, distance, _, _ = caster.first(origins, direction * sign)
            met = origins[:, axis] + sign * distance
            bounds.append(np.where(face >= 0, met, sign * np.inf).reshape(voxels, voxels))
        along = low[axis] + centres
        between = (along >= bounds[0][..., None]) & (along <= bounds[1][..., None])
        inside &= np.moveaxis(between, -1, axis)
    return inside


def voxel_iou(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two solids."""
    return float((first & second).sum() / max((first | second).sum(), 1))


def true_solid(folder: Path, record: dict, registered: RegisteredCar, row: dict) -> np.ndarray:
    """Outer solid of the car of an index row: its own triangles bent as the render's, straightened, at length 1."""
    car = Car(folder, record)
    caster, _ = closed_caster(car)
    bent = bend(caster.vertices.astype(np.float64), row["bend"], np.asarray(row["box"]))
    straight = turned(bent, np.radians(registered.yaw_deg))
    used = np.unique(caster.faces)
    low, high = straight[used].min(0), straight[used].max(0)
    moved = straight - [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2]
    return outer_solid(moved / (high[2] - low[2]), caster.faces)


def mesh_solid(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Outer solid of a template shape, scaled to length 1 and set on the ground."""
    return outer_solid(normalise(vertices), faces)
