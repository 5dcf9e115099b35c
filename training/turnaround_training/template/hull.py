"""Wraps the icosphere around one car: carves its solid hull from rays and shrinks the sphere onto it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, sparse

from turnaround_training.template.car import Car
from turnaround_training.template.icosphere import icosphere, mirror_map, symmetrise
from turnaround_training.template.outer import closed_caster
from turnaround_training.template.rays import sphere_directions

STEP = 0.01
LOW = np.array([-0.4, -0.1, -0.65])
HIGH = np.array([0.4, 0.55, 0.65])


def solid(car: Car, directions: int = 150, escapes: int = 5) -> np.ndarray:
    """Occupancy [nx,ny,nz] f64 of the car, closed and symmetric: a cell is outside when enough rays from it escape."""
    axes = [np.arange(low, high + STEP / 2, STEP) for low, high in zip(LOW, HIGH)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    caster, _ = closed_caster(car)
    low, high = car.vertices.min(0) - STEP, car.vertices.max(0) + STEP
    inside = ((grid > low) & (grid < high)).all(-1)
    cells = grid[inside]
    free = np.zeros(len(cells), int)
    for d in sphere_directions(directions):
        free += caster.first(cells, d)[0] < 0
    full = np.zeros(grid.shape[:3], bool)
    full[inside] = free < escapes
    full |= full[::-1]
    full = ndimage.binary_fill_holes(ndimage.binary_closing(full, iterations=2))
    return ndimage.binary_opening(full, iterations=2).astype(float)


def distance_field(occupancy: np.ndarray, sigma: float) -> np.ndarray:
    """Signed distance (car lengths, negative inside) of the hull smoothed by sigma cells."""
    soft = ndimage.gaussian_filter(occupancy, sigma)
    inside = soft > 0.5
    far = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    return ndimage.gaussian_filter(far * STEP, 0.7)


def neighbours(faces: np.ndarray, count: int) -> sparse.spmatrix:
    """Row-normalised vertex adjacency [count,count] (mean of the one-ring)."""
    i = faces[:, [0, 1, 2, 1, 2, 0]].ravel()
    j = faces[:, [1, 2, 0, 0, 1, 2]].ravel()
    a = sparse.csr_matrix((np.ones(len(i)), (i, j)), (count, count))
    a.data[:] = 1
    return sparse.diags(1 / np.asarray(a.sum(1)).ravel()) @ a


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Normals [m,3] of faces [m,3], as long as twice their area."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return np.cross(b - a, c - a)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals [n,3]."""
    n = face_normals(vertices, faces)
    out = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(out, faces[:, i], n)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-20)


def even_out(vertices: np.ndarray, normals: np.ndarray, edges: np.ndarray, amount: float) -> np.ndarray:
    """Moves vertices in their tangent plane along their edges, long edges pulling as length^7: edges become even.

    edges i64 [k,2], each once. The underside may have edges about 1.6 times as long as the rest.
    """
    i, j = edges.T
    along = vertices[j] - vertices[i]
    below = (normals[:, 1] < -0.5) & (np.abs(vertices[:, 0]) < 0.17) & (vertices[:, 1] < 0.09)
    weight = ((along ** 2).sum(1) * np.where(below[i] & below[j], 0.4, 1.0)) ** 3
    total, pull = np.zeros(len(vertices)), np.zeros_like(vertices)
    for at, sign in ((i, 1.0), (j, -1.0)):
        total += np.bincount(at, weight, len(vertices))
        pull += sign * np.stack([np.bincount(at, weight * along[:, k], len(vertices)) for k in range(3)], 1)
    step = pull / np.maximum(total, 1e-20)[:, None]
    return vertices + amount * (step - (step * normals).sum(1, keepdims=True) * normals)


def edges_of(faces: np.ndarray) -> np.ndarray:
    """Each undirected edge once [k,2]."""
    return np.unique(np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)


class _Field:
    """Signed distance field with its gradient, read between cells."""

    def __init__(self, values: np.ndarray) -> None:
        self.values, self.gradient = values, np.stack(np.gradient(values, STEP))

    def pull(self, points: np.ndarray) -> np.ndarray:
        """Step from each point to the surface [n,3]."""
        at = ((points - LOW) / STEP).T

        def read(grid: np.ndarray) -> np.ndarray:
            return ndimage.map_coordinates(grid, at, order=1, mode="nearest")

        slope = np.stack([read(g) for g in self.gradient], 1)
        return -slope * (read(self.values) / np.maximum((slope ** 2).sum(1), 0.3))[:, None]


def shrink_wrap(occupancy: np.ndarray, subdivisions: int) -> np.ndarray:
    """The icosphere's vertices on the hull's surface, evenly spread and symmetric [n,3].

    Coarse spheres settle first and are subdivided, so that vertices reach every end of the car.
    """
    fields = {sigma: _Field(distance_field(occupancy, sigma)) for sigma in (5, 3, 2, 1.2)}
    v = None
    for level in range(2, subdivisions + 1):
        sphere, faces = icosphere(level)
        mirror = mirror_map(sphere)
        if v is None:
            v = sphere * [0.24, 0.18, 0.55] + [0, 0.16, 0]
        else:
            coarse_edges = np.sort(icosphere(level - 1)[1][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
            v = np.concatenate([v, v[np.unique(coarse_edges, axis=0)].mean(1)])
        ring, edges = neighbours(faces, len(v)), edges_of(faces)
        for sigma, rounds in {2: ((5, 300), (3, 300)), 3: ((3, 400), (2, 400))}.get(level, ((2, 400), (1.2, 500))):
            for _ in range(rounds):
                step = fields[sigma].pull(v)
                size = np.linalg.norm(step, axis=1, keepdims=True)
                v = v + 0.5 * step * np.minimum(1, 0.02 / np.maximum(size, 1e-9))
                v = even_out(v, vertex_normals(v, faces), edges, 0.17)
                v = v + 0.01 * (ring @ v - v)
                v = symmetrise(v, mirror)
    for _ in range(3):
        v = symmetrise(v + fields[1.2].pull(v), mirror)
    return v
