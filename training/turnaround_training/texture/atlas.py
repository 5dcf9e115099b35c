"""The atlas's texels as points of the template's surface, and which of them a camera sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt

GRID = 48
"""Side of the coarse depth picture that decides about occlusion; texels are dense enough to fill it."""
DEPTH_SLACK = 0.015
"""How far behind the nearest surface (L) a texel still counts as that surface, besides a cell's own slope."""
GRAZING = 0.1
"""Cosine between normal and direction to the eye below which a texel does not count as seen."""


@dataclass(frozen=True)
class TexelMap:
    """For the K covered texels of a [S,S] atlas: flat index, face, barycentric weights [K,3]; part of the face.

    ``nearest`` [S*S] gives for every texel of the atlas the position in 0..K-1 of the nearest covered one.
    """

    size: int
    index: np.ndarray
    face: np.ndarray
    weights: np.ndarray
    part: np.ndarray
    nearest: np.ndarray


def texel_map(uv: np.ndarray, parts: np.ndarray, size: int) -> TexelMap:
    """Rasterise the corners uv [F,3,2] (u right, v down, 0..1) at texel centres."""
    face_of = np.full((size, size), -1, np.int64)
    weights = np.zeros((size, size, 3), np.float32)
    for face, corners in enumerate(np.asarray(uv, np.float64) * size - 0.5):
        low = np.maximum(np.ceil(corners.min(0) - 1e-6).astype(int), 0)
        high = np.minimum(np.floor(corners.max(0) + 1e-6).astype(int), size - 1)
        edges = np.stack((corners[1] - corners[0], corners[2] - corners[0]), 1)
        if (high < low).any() or abs(np.linalg.det(edges)) < 1e-9:
            continue
        rows, columns = np.mgrid[low[1] : high[1] + 1, low[0] : high[0] + 1]
        inner = (np.stack((columns, rows), -1) - corners[0]) @ np.linalg.inv(edges).T
        barycentric = np.concatenate((1 - inner.sum(-1, keepdims=True), inner), -1)
        inside = (barycentric >= -1e-6).all(-1)
        face_of[rows[inside], columns[inside]] = face
        weights[rows[inside], columns[inside]] = barycentric[inside]
    covered = face_of >= 0
    index = np.flatnonzero(covered)
    _, (near_rows, near_columns) = distance_transform_edt(~covered, return_indices=True)
    position = np.full(size * size, -1, np.int64)
    position[index] = np.arange(len(index))
    face = face_of.reshape(-1)[index]
    nearest = position[near_rows.reshape(-1) * size + near_columns.reshape(-1)]
    return TexelMap(size, index, face, weights.reshape(-1, 3)[index], np.asarray(parts)[face], nearest)


def texel_points(texels: TexelMap, vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions and smooth unit normals [K,3] of the covered texels on a shape [V,3] with faces [F,3]."""
    corners = vertices[faces]
    face_normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.stack(
        [np.bincount(faces.reshape(-1), np.repeat(face_normals[:, axis], 3), len(vertices)) for axis in range(3)], 1
    )
    weights = texels.weights[..., None]
    points = (corners[texels.face] * weights).sum(1)
    smooth = (normals[faces[texels.face]] * weights).sum(1)
    return points, smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)


def visibility(
    points: np.ndarray, normals: np.ndarray, eye: np.ndarray, fractions: np.ndarray, depth: np.ndarray
) -> np.ndarray:
    """How well each texel is seen, [K] 0..1: 0 turned away or hidden, 1 from 60 degrees off and less.

    Args: points, normals [K,3]; eye [3] in the same space; fractions [K,2] of the picture; depth [K].
    """
    towards = eye - points
    cosine = (normals * towards).sum(1) / np.linalg.norm(towards, axis=1)
    low, high = fractions.min(0), fractions.max(0)
    cells = ((fractions - low) / np.maximum(high - low, 1e-9).max() * (GRID - 1)).astype(int)
    flat = cells[:, 1] * GRID + cells[:, 0]
    nearest = np.full(GRID * GRID, np.inf)
    facing = cosine > GRAZING
    np.minimum.at(nearest, flat[facing], depth[facing])
    slope = np.sqrt(1 / np.maximum(np.square(cosine), 0.1) - 1)
    seen = facing & (depth < nearest[flat] + DEPTH_SLACK + slope / GRID)
    return np.where(seen, np.clip((cosine - GRAZING) / (0.5 - GRAZING), 0, 1), 0).astype(np.float32)


def to_atlas(texels: TexelMap, values: np.ndarray) -> np.ndarray:
    """Values [K,...] of the covered texels as an atlas [S,S,...]; uncovered texels take the nearest value."""
    return values[texels.nearest].reshape(texels.size, texels.size, *values.shape[1:])
