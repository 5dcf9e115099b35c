"""The true template vertices of a car in a render."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from turnaround_training.render.bend import bend
from turnaround_training.template.register import normalise
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.straighten import turned


def shape_of(
    car: RegisteredCar, parameters: Mapping[str, float] | None = None, box: np.ndarray | None = None
) -> np.ndarray:
    """Registered vertices f32 [n,3] of a RegisteredCar, bent and brought back to length 1 on y = 0, centred, symmetric.

    parameters: of render/bend.py, None for unbent; box [2,3]: of the unbent car as the index row holds it, None for
    the registered shape's own. For cars that stand turned in their file (RegisteredCar.yaw_deg) this bends along the
    car's own axes where the renderer bends along the file's: shape_in_render has the difference.
    """
    v = car.vertices.astype(np.float64)
    if parameters is not None:
        v = bend(v, parameters, np.stack([v.min(0), v.max(0)]) if box is None else np.asarray(box))
    return normalise(v).astype(np.float32)


def shape_in_render(car: RegisteredCar, parameters: Mapping[str, float], box: np.ndarray) -> np.ndarray:
    """The same vertices exactly where the render shows them: turned as in the file, in lengths of the rendered car."""
    v = turned(car.vertices.astype(np.float64) * car.scale - [car.shift, 0, 0], -np.radians(car.yaw_deg))
    return bend(v, parameters, np.asarray(box)).astype(np.float32)


def azimuth_in_render(car: RegisteredCar, row: dict) -> float:
    """Azimuth (degrees, 0..360) under which the straightened car of an index row is seen."""
    return (row["azimuth_deg"] + car.yaw_deg) % 360
