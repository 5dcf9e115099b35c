"""Points that mean the same on every car: wheels, windows, hood, boot, roof, flanks; nan where a car lacks one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import RBFInterpolator

from turnaround_training.template.car import BODY, GLASS, LIGHT, Car
from turnaround_training.template.outer import Surface, floor_heights

NAMES = ("nose", "tail", "lip", "diffuser", "cowl", "header", "rear_top", "rear_base", "hood", "boot", "roof",
         "belt", "rail", "flank_front", "flank", "flank_rear", "sill")


def landmarks(car: Car, surface: Surface) -> np.ndarray:
    """[k,3] with x >= 0: five of the front wheel, five of the rear wheel, then NAMES in order."""
    p, n, kind = surface.points.copy(), surface.normals.copy(), surface.kind
    n[:, 0] *= np.sign(p[:, 0])
    p[:, 0] = np.abs(p[:, 0])
    out = []
    for (x, y, z), r in zip(car.wheels.centre, car.wheels.radius):
        out += [(x, y, z), (x, y + r, z), (x, y - r, z), (x, y, z + r), (x, y, z - r)]
    found = dict.fromkeys(NAMES, (np.nan,) * 3)
    body, glass, middle = np.isin(kind, (BODY, LIGHT)), kind == GLASS, p[:, 0] < 0.08
    top = _top_profile(p[body | glass & middle])
    ahead, between, behind = floor_heights(car)
    for name, low, sign in (("nose", ahead, 1), ("tail", behind, -1)):
        q = p[body & middle & (p[:, 1] < low + 0.14)]
        far = np.percentile(sign * q[:, 2], 99)
        found[name] = (0, np.median(q[sign * q[:, 2] > far - 0.01, 1]), sign * far)
    found["lip"], found["diffuser"] = (0, ahead, 0.45), (0, behind, -0.45)
    windscreen = glass & middle & (n[:, 2] > 0.15) & (n[:, 1] > 0.1) & (p[:, 2] > -0.1)
    if windscreen.sum() > 15:
        found["cowl"], found["header"] = _ends(p[windscreen], 1)
    rear = glass & middle & (n[:, 2] < -0.15) & (p[:, 2] < 0.02)
    if rear.sum() > 15:
        found["rear_base"], found["rear_top"] = _ends(p[rear], -1)
    for name, a, b in (("hood", "nose", "cowl"), ("boot", "tail", "rear_base"), ("roof", "header", "rear_top")):
        z = (found[a][2] + found[b][2]) / 2
        if np.isfinite(z):
            found[name] = (0, top(z), z)
    side = glass & (n[:, 0] > 0.5) & (np.abs(p[:, 2] + 0.03) < 0.06)
    if side.sum() > 15:
        q = p[side]
        for name, percentile in (("belt", 3), ("rail", 97)):
            y = np.percentile(q[:, 1], percentile)
            found[name] = (np.median(q[np.abs(q[:, 1] - y) < 0.012, 0]), y, -0.03)
    front_z, rear_z = car.wheels.centre[:, 2]
    tops = car.wheels.centre[:, 1] + car.wheels.radius
    for name, z, y in (("flank_front", front_z, tops[0] + 0.03), ("flank", -0.0, tops.mean()),
                       ("flank_rear", rear_z, tops[1] + 0.03)):
        q = p[body & (n[:, 0] > 0.5) & (np.abs(p[:, 2] - z) < 0.03) & (np.abs(p[:, 1] - y) < 0.02)]
        if len(q) > 5:
            found[name] = (np.median(q[:, 0]), y, z)
    q = p[body & (n[:, 0] > 0.3) & (np.abs(p[:, 2]) < 0.05) & (p[:, 1] < between + 0.03)]
    if len(q) > 5:
        found["sill"] = (np.percentile(q[:, 0], 90), between, 0.0)
    return np.array(out + [found[name] for name in NAMES])


def _ends(points: np.ndarray, sign: int) -> tuple[tuple[float, float, float], ...]:
    """Lowest and highest end of a window's centre line."""
    low, high = np.percentile(points[:, 1], [2, 98])
    lowest, highest = (sign * points[np.abs(points[:, 1] - y) < 0.012, 2] for y in (low, high))
    return (0, low, sign * np.max(lowest)), (0, high, sign * np.min(highest))


def _top_profile(points: np.ndarray) -> Callable[[float], float]:
    """Function z -> height of the car's top near the middle plane."""
    def height(z: float) -> float:
        near = points[(points[:, 0] < 0.08) & (np.abs(points[:, 2] - z) < 0.012)]
        return np.percentile(near[:, 1], 95) if len(near) else np.nan

    return height


def warp(points: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Thin-plate warp [n,3] that takes source landmarks (and their mirror images) to target landmarks."""
    both = np.isfinite(source).all(1) & np.isfinite(target).all(1)
    s, t = source[both], target[both]
    off = s[:, 0] > 1e-6
    s = np.concatenate([s, s[off] * [-1, 1, 1]])
    t = np.concatenate([t, t[off] * [-1, 1, 1]])
    return points + RBFInterpolator(s, t - s, kernel="thin_plate_spline", smoothing=1e-4)(points)
