"""First hits of rays on triangle soups (Embree)."""

from __future__ import annotations

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

BATCH = 1 << 20


class RayCaster:
    """Answers which triangle a ray meets first. vertices [n,3], faces [m,3]."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        self.vertices = np.ascontiguousarray(vertices, np.float32)
        self.faces = np.ascontiguousarray(faces, np.int32)
        self.scene = EmbreeScene()
        TriangleMesh(self.scene, self.vertices, self.faces)

    def first(
        self, origins: np.ndarray, directions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Per ray: face (-1 none), distance, barycentrics [n,3] and geometric unit normal turned towards the ray."""
        face, distance, bary, normal = [], [], [], []
        directions = np.broadcast_to(directions, origins.shape)
        for start in range(0, len(origins), BATCH):
            o = np.ascontiguousarray(origins[start:start + BATCH], np.float32)
            d = np.ascontiguousarray(directions[start:start + BATCH], np.float32)
            hit = self.scene.run(o, d, output=True)
            n = hit["Ng"].astype(np.float64)
            n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-20)
            n *= np.where((n * d).sum(1, keepdims=True) > 0, -1.0, 1.0)
            u, v = hit["u"].astype(np.float64), hit["v"].astype(np.float64)
            face.append(hit["primID"].astype(np.int64))
            distance.append(hit["tfar"].astype(np.float64))
            bary.append(np.stack([1 - u - v, u, v], 1))
            normal.append(n)
        return np.concatenate(face), np.concatenate(distance), np.concatenate(bary), np.concatenate(normal)


def sphere_directions(count: int) -> np.ndarray:
    """[count,3] unit vectors spread evenly over the sphere (Fibonacci spiral)."""
    k = np.arange(count) + 0.5
    y = 1 - 2 * k / count
    angle = np.pi * (1 + 5 ** 0.5) * k
    r = np.sqrt(1 - y * y)
    return np.stack([r * np.cos(angle), y, r * np.sin(angle)], 1)


def frame_of(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors that complete direction (unit) to an orthogonal frame."""
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([0.0, 0.0, 1.0])
    a = np.cross(helper, direction)
    a /= np.linalg.norm(a)
    return a, np.cross(direction, a)
