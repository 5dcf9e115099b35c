"""How well a registered template fits its car."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from turnaround_training.template.car import FLOOR, Car
from turnaround_training.template.draw import silhouette
from turnaround_training.template.hull import edges_of, face_normals, vertex_normals
from turnaround_training.template.outer import Surface
from turnaround_training.template.rays import RayCaster

VIEWS = [(azimuth, 10.0 if azimuth % 60 else 0.0) for azimuth in range(0, 360, 30)]


def silhouette_iou(car: Car, vertices: np.ndarray, faces: np.ndarray, size: int = 128) -> float:
    """Mean IoU over 12 views around the car; see-through holes of the car count as car."""
    fitted, scores = RayCaster(vertices, faces), []
    for azimuth, elevation in VIEWS:
        a = ndimage.binary_fill_holes(silhouette(car.caster, azimuth, elevation, size))
        b = silhouette(fitted, azimuth, elevation, size)
        scores.append((a & b).sum() / (a | b).sum())
    return float(np.mean(scores))


def surface_distance(surface: Surface, vertices: np.ndarray, faces: np.ndarray) -> tuple[float, float]:
    """Mean and 95th percentile distance (car lengths) from the car's visible surface to the template."""
    t = np.stack(np.meshgrid(np.arange(7), np.arange(7)), -1).reshape(-1, 2)
    t = t[t.sum(1) < 7]
    bary = np.column_stack([t, 6 - t.sum(1)]) / 6
    points = np.einsum("bk,fkc->fbc", bary, vertices[faces]).reshape(-1, 3)
    distance = cKDTree(points).query(surface.points[surface.kind != FLOOR])[0]
    return float(distance.mean()), float(np.percentile(distance, 95))


def flipped_share(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Share of faces whose normal disagrees (below 0) with that of their vertices: folds."""
    n = face_normals(vertices, faces)
    smooth = vertex_normals(vertices, faces)[faces].mean(1)
    return float(((n * smooth).sum(1) < 0).mean())


def crossings(vertices: np.ndarray, faces: np.ndarray) -> int:
    """Number of faces that an edge of the mesh pierces: self-intersections."""
    edges = edges_of(faces)
    a, b = vertices[edges[:, 0]], vertices[edges[:, 1]]
    length = np.linalg.norm(b - a, axis=1)
    direction = (b - a) / length[:, None]
    start = a + 0.01 * length[:, None] * direction
    face, distance, _, _ = RayCaster(vertices, faces).first(start, direction)
    ok = (face >= 0) & (distance < 0.98 * length)
    shares = (faces[face[ok]][:, :, None] == edges[ok][:, None, :]).any((1, 2))
    return int(len(np.unique(face[ok][~shares])))
