"""Non-rigid registration: moves the template's vertices onto a car's outer surface, smoothly and symmetrically."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from turnaround_training.template.car import CLASS_COUNT, LIGHT
from turnaround_training.template.hull import neighbours, vertex_normals
from turnaround_training.template.icosphere import symmetrise
from turnaround_training.template.outer import Surface

NORMAL_REACH = 0.07
CLASS_REACH = 0.05
SAMPLES = 9000
STIFFNESS = np.geomspace(30.0, 1.6, 20)
FIXED = 0.36
"""Distance from the middle up to which fill_length leaves z alone."""
CROWD = 2.0
"""Most weight that surface samples may put on one vertex, so that no lip or grille pulls out a spike."""
_CORNERS = np.array([[1 / 3, 1 / 3, 1 / 3], [2 / 3, 1 / 6, 1 / 6], [1 / 6, 2 / 3, 1 / 6], [1 / 6, 1 / 6, 2 / 3]])


def _features(points: np.ndarray, normals: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Where and what a point is: near in this space means a likely correspondence."""
    one_hot = np.eye(CLASS_COUNT)[np.where(kind == LIGHT, 0, kind)]
    return np.concatenate([points, NORMAL_REACH * normals, CLASS_REACH * one_hot], 1)


class Target:
    """A car's surface and its mirror image, ready for closest-point queries."""

    def __init__(self, surface: Surface) -> None:
        flip = np.array([-1.0, 1.0, 1.0])
        self.points = np.concatenate([surface.points, surface.points * flip])
        self.normals = np.concatenate([surface.normals, surface.normals * flip])
        self.kind = np.concatenate([surface.kind, surface.kind])
        self.tree = cKDTree(_features(self.points, self.normals, self.kind))
        half = np.random.default_rng(7).permutation(len(surface.points))[:SAMPLES // 2]
        self.some = np.concatenate([half, half + len(surface.points)])

    def kinds_at(self, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Class of the nearest surface point that faces the same way [n]."""
        tree = cKDTree(np.concatenate([self.points, NORMAL_REACH * self.normals], 1))
        return self.kind[tree.query(np.concatenate([points, NORMAL_REACH * normals], 1))[1]]

    def vertex_kinds(self, vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Class at each vertex, lights counted as body."""
        kind = self.kinds_at(vertices, vertex_normals(vertices, faces))
        return np.where(kind == LIGHT, 0, kind)


def register(
    start: np.ndarray,
    faces: np.ndarray,
    mirror: np.ndarray,
    kinds: np.ndarray,
    target: Target,
    stiffness: np.ndarray = STIFFNESS,
) -> np.ndarray:
    """Vertices [n,3] of the template fitted to the target.

    start: warped template, whose shape is kept locally; kinds: class of each vertex; stiffness: one round each.
    """
    count = len(start)
    laplace = sparse.identity(count) - neighbours(faces, count)
    bending = (laplace.T @ laplace).tocsc()
    v = start.copy()
    for number, stiff in enumerate(stiffness):
        done = number / max(len(stiffness) - 1, 1)
        reach = 0.14 * (1 - done) + 0.04 * done
        slide = 0.5 * (1 - done) + 0.15 * done
        normals = vertex_normals(v, faces)
        _, near = target.tree.query(_features(v, normals, kinds))
        p, n = target.points[near], target.normals[near]
        gap = p - v
        along = (gap * n).sum(1, keepdims=True) * n
        goal = v + along + slide * (gap - along)
        weight = (np.linalg.norm(gap, axis=1) < reach) * np.clip((normals * n).sum(1), 0, 1) + 1e-4
        rows, wanted, pull = _surface_pull(v, faces, normals, kinds, target, reach)
        reverse = (rows.T @ sparse.diags(pull)).tocsr()
        system = sparse.diags(weight) + reverse @ rows + stiff * bending
        right = weight[:, None] * goal + reverse @ wanted + stiff * (bending @ start)
        v = symmetrise(splu(system.tocsc()).solve(np.asarray(right)), mirror)
    return v


def _surface_pull(
    v: np.ndarray, faces: np.ndarray, normals: np.ndarray, kinds: np.ndarray, target: Target, reach: float
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Surface samples and the template points that answer them: sparse rows [s,n], positions [s,3], weights [s]."""
    bary = np.tile(_CORNERS, (len(faces), 1))
    face = np.repeat(np.arange(len(faces)), len(_CORNERS))
    points = (v[faces[face]] * bary[..., None]).sum(1)
    normal = (normals[faces[face]] * bary[..., None]).sum(1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    kind = kinds[faces[face, bary.argmax(1)]]
    tree = cKDTree(_features(points, normal, kind))
    some = target.some
    _, near = tree.query(_features(target.points[some], target.normals[some], target.kind[some]))
    gap = target.points[some] - points[near]
    n = target.normals[some]
    wanted = points[near] + (gap * n).sum(1, keepdims=True) * n
    ok = (np.linalg.norm(gap, axis=1) < reach) * np.clip((normal[near] * n).sum(1), 0, 1)
    weight = ok * 2.0 * len(v) / len(some)
    corners = faces[face[near]]
    crowd = np.bincount(corners.ravel(), (weight[:, None] * bary[near]).ravel(), len(v))
    weight /= np.maximum(crowd[corners].max(1) / CROWD, 1)
    where = (np.repeat(np.arange(len(some)), 3), corners.ravel())
    return sparse.csr_matrix((bary[near].ravel(), where), (len(some), len(v))), wanted, weight


def normalise(vertices: np.ndarray) -> np.ndarray:
    """Length exactly 1 along z, centred in x and z, lowest point at y = 0."""
    low, high = vertices.min(0), vertices.max(0)
    return (vertices - [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2]) / (high[2] - low[2])


def fill_length(vertices: np.ndarray) -> np.ndarray:
    """Brings a nearly normalised shape to length 1 on y = 0 by moving only its ends and soles.

    Thin bumpers that the template can't follow leave it a little short; scaling would move wheels and roof.
    """
    v = vertices.copy()
    front, rear, sole = v[:, 2].max(), v[:, 2].min(), v[:, 1].min()

    def share(t: np.ndarray) -> np.ndarray:
        return np.clip(t, 0, 1) ** 2

    v[:, 2] += (0.5 - front) * share((v[:, 2] - FIXED) / (front - FIXED))
    v[:, 2] -= (0.5 + rear) * share((-v[:, 2] - FIXED) / (-rear - FIXED))
    v[:, 1] -= sole * share(1 - (v[:, 1] - sole) / 0.1)
    return normalise(v)
