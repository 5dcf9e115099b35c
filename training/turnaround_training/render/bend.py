"""A smooth, left-right symmetric bend of a car. Its twin for the page is page/bend.js.

Everything is in car lengths (L): the car's length is 1, wheels stand on y = 0, centred in x and z, front at +z.
The bend is the identity when all PARAMETERS are 0. Near the wheels (within HALF_WHEEL of an axle, below WHEEL_TOP)
it only scales uniformly (and in x), so wheels stay round and on the ground.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

HALF_WHEEL = 0.09
"""Half the z interval around an axle that is not stretched (L)."""
WHEEL_TOP = 0.15
"""Height below which hood and trunk are not lifted (L)."""
DECK = 0.12
"""Height over which the lift of hood and trunk grows from 0 to all (L)."""
ROOF_STAYS = 0.7
"""Share of the lift of hood and trunk that the roof does not follow."""
SHORTEST = 0.02
"""Shortest stretched interval (L), for cars whose bumper is nearer to the axle than that."""

RANGES: dict[str, tuple[float, float]] = {
    "width": (-0.12, 0.12),
    "height": (-0.26, 0.30),
    "wheelbase": (-0.20, 0.20),
    "front_overhang": (-0.35, 0.35),
    "rear_overhang": (-0.35, 0.50),
    "hood_lift": (-0.03, 0.04),
    "trunk_lift": (-0.03, 0.065),
    "cabin_front": (-0.05, 0.05),
    "cabin_rear": (-0.08, 0.06),
    "tumblehome": (-0.12, 0.10),
    "taper_front": (-0.06, 0.05),
    "taper_rear": (-0.06, 0.05),
}
"""The numbers that bend a car and the range they are drawn from.

width, height (above the wheels), wheelbase and the overhangs are relative stretches of their part; the lifts of hood
and trunk and the shifts of the cabin's front and rear edge (+ = forward) are in L; tumblehome, taper_front and
taper_rear are relative widenings of roof, nose and tail.
"""


def smootherstep(t: np.ndarray) -> np.ndarray:
    """6 t^5 - 15 t^4 + 10 t^3, clamped to [0, 1]."""
    t = np.clip(t, 0.0, 1.0)
    return t * t * t * (10.0 + t * (6.0 * t - 15.0))


def bell(t: np.ndarray) -> np.ndarray:
    """16 t^2 (1 - t)^2: 0 at 0 and 1 and beyond, 1 in the middle, with a continuous derivative."""
    t = np.clip(t, 0.0, 1.0)
    return 16.0 * t * t * (1.0 - t) * (1.0 - t)


def ramp(y: np.ndarray) -> np.ndarray:
    """0 below 0.12 L, slope 1 above 0.22 L, smooth between."""
    t = np.clip((y - 0.12) / 0.1, 0.0, 1.0)
    return 0.1 * (t * t * t - 0.5 * t * t * t * t) + np.maximum(y - 0.22, 0.0)


def stretch_length(z: np.ndarray, parameters: Mapping[str, float], low: float, high: float) -> np.ndarray:
    """z [N] -> stretched z [N] before the car is brought back to length 1."""
    front, rear = parameters["axle_front"], parameters["axle_rear"]
    result = z
    for start, end, amount in (
        (low, rear - HALF_WHEEL, parameters["rear_overhang"]),
        (rear + HALF_WHEEL, front - HALF_WHEEL, parameters["wheelbase"]),
        (front + HALF_WHEEL, high, parameters["front_overhang"]),
    ):
        length = max(end - start, SHORTEST)
        result = result + amount * length * smootherstep((z - start) / length)
    return result


def bend(points: np.ndarray, parameters: Mapping[str, float], box: np.ndarray) -> np.ndarray:
    """Bend points of a car and bring the car back to length 1, centred in z.

    points [N,3] in L; parameters: the keys of RANGES and axle_front, axle_rear (z of the axles, L); box [2,3]: lowest
    and highest corner of the *unbent car* in L, whichever points are bent. Returns [N,3] float64.
    """
    p = parameters
    x, y, z = np.asarray(points, dtype=np.float64).T
    (_, _, low), (_, top, high) = np.asarray(box, dtype=np.float64)
    belt = 0.55 * top
    upper = smootherstep((y - belt) / (top - belt))
    cabin_front = bell((z + 0.10) / (high + 0.10))
    cabin_rear = bell((z - low) / (0.10 - low))
    bent_z = stretch_length(z, p, low, high) + upper * (p["cabin_front"] * cabin_front + p["cabin_rear"] * cabin_rear)
    deck = smootherstep((y - WHEEL_TOP) / DECK) * (1.0 - ROOF_STAYS * upper)
    hood = smootherstep((z - 0.10) / 0.20)
    trunk = smootherstep((-0.18 - z) / 0.20)
    bent_y = y + p["height"] * ramp(y) + deck * (p["hood_lift"] * hood + p["trunk_lift"] * trunk)
    bent_x = (
        x
        * (1.0 + p["width"])
        * (1.0 + p["tumblehome"] * upper)
        * (1.0 + p["taper_front"] * smootherstep(z / high))
        * (1.0 + p["taper_rear"] * smootherstep(z / low))
    )
    start, end = stretch_length(np.array([low, high]), p, low, high)
    scale = 1.0 / (end - start)
    return np.stack([bent_x * scale, bent_y * scale, (bent_z - 0.5 * (start + end)) * scale], axis=1)


def identity(axle_front: float = 0.3, axle_rear: float = -0.3) -> dict[str, float]:
    """Parameters that leave a car of length 1, centred in z, as it is."""
    return {**dict.fromkeys(RANGES, 0.0), "axle_front": axle_front, "axle_rear": axle_rear}


def random_bend(random: np.random.Generator, axle_front: float, axle_rear: float) -> dict[str, float]:
    """Draw parameters: a normal distribution cut at RANGES, half a range being 1.6 standard deviations."""
    parameters = identity(axle_front, axle_rear)
    for name, (low, high) in RANGES.items():
        draw = float(np.clip(random.normal() / 1.6, -1.0, 1.0))
        parameters[name] = round(draw * (high if draw > 0 else -low), 5)
    return parameters
