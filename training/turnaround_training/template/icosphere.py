"""The template's topology: an icosphere whose mirror in the plane x = 0 is itself."""

from __future__ import annotations

import numpy as np

_PHI = (1 + 5 ** 0.5) / 2


def icosphere(subdivisions: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit sphere: vertices [10*4^s+2, 3] and outward faces [20*4^s, 3]. Four subdivisions give 2562 and 5120."""
    corners = [(0, a, b * _PHI) for a in (-1, 1) for b in (-1, 1)]
    vertices = np.array([c[i:] + c[:i] for i in range(3) for c in corners], float)
    vertices /= np.linalg.norm(vertices[0])
    edge = np.linalg.norm(vertices[:, None] - vertices[None], axis=2)
    near = (edge > 0.1) & (edge < 1.2)
    faces = [(i, j, k) for i in range(12) for j in range(i + 1, 12) for k in range(j + 1, 12)
             if near[i, j] and near[j, k] and near[i, k]]
    faces = outward(vertices, np.array(faces))
    for _ in range(subdivisions):
        vertices, faces = _subdivide(vertices, faces)
    return vertices, faces


def outward(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Turns the faces of a star-shaped mesh so that they are counter-clockwise seen from outside."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    inward = (np.cross(b - a, c - a) * (a + b + c)).sum(1) < 0
    return np.where(inward[:, None], faces[:, [0, 2, 1]], faces)


def _subdivide(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sides = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges, index = np.unique(sides, axis=0, return_inverse=True)
    middle = vertices[edges].sum(1)
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    ab, bc, ca = (index.reshape(-1, 3) + len(vertices)).T
    a, b, c = faces.T
    split = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    return np.concatenate([vertices, middle]), split


def mirror_map(vertices: np.ndarray) -> np.ndarray:
    """For each vertex the index of the one at (-x, y, z); raises ValueError where there is none."""
    table = {tuple(place): number for number, place in enumerate(np.round(vertices, 6) + 0.0)}
    try:
        return np.array([table[tuple(p)] for p in np.round(vertices * [-1, 1, 1], 6) + 0.0])
    except KeyError as missing:
        raise ValueError(f"no mirror vertex at {missing}; the sphere isn't symmetric about x = 0") from None


def mirror_faces(faces: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """For each face the index of its mirror image (vertices as a set)."""
    table = {tuple(sorted(f)): i for i, f in enumerate(faces.tolist())}
    return np.array([table[tuple(sorted(f))] for f in mirror[faces].tolist()])


def symmetrise(vertices: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """Mean of the mesh and its mirror image: exactly symmetric vertices [n,3]."""
    flipped = vertices[mirror] * [-1, 1, 1]
    return (vertices + flipped) / 2
