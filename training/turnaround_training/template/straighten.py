"""Finds how far a car's plane of symmetry is off x = 0: some models stand turned by a degree or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from turnaround_training.template.outer import Surface

ROUNDS = 20


def symmetry_plane(surface: Surface) -> tuple[float, float]:
    """(yaw, shift): turned by yaw (radians about +y), then moved by shift (car lengths in x), the car is symmetric.

    Point-to-plane alignment of the surface with its own mirror image; each step undoes half the difference.
    """
    some = np.random.default_rng(3).permutation(len(surface.points))[:8000]
    points, normals = surface.points[some], surface.normals[some]
    yaw, shift = 0.0, 0.0
    for number in range(ROUNDS):
        p, n = turned(points, yaw) + [shift, 0, 0], turned(normals, yaw)
        q, m = p * [-1, 1, 1], n * [-1, 1, 1]
        distance, near = cKDTree(np.concatenate([p, 0.1 * n], 1)).query(np.concatenate([q, 0.1 * m], 1))
        ok = distance < max(0.05 * 0.8 ** number, 0.012)
        target, normal = p[near[ok]], n[near[ok]]
        gap = ((target - q[ok]) * normal).sum(1)
        turn = q[ok][:, 2] * normal[:, 0] - q[ok][:, 0] * normal[:, 2]
        a, s = np.linalg.lstsq(np.stack([turn, normal[:, 0]], 1), gap, rcond=None)[0]
        # Turning the mirror image by a brings it onto the car, so the car is off by -a/2 of its plane of symmetry.
        yaw, shift = yaw - a / 2, shift - s / 2
    return float(yaw), float(shift)


def turned(vectors: np.ndarray, yaw: float) -> np.ndarray:
    """Vectors [n,3] turned about +y by yaw (radians): +z goes towards +x."""
    c, s = np.cos(yaw), np.sin(yaw)
    x, y, z = vectors.T
    return np.stack([c * x + s * z, y, c * z - s * x], 1)
