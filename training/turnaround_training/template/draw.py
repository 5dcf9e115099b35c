"""Small ray-cast pictures of cars and templates, for looking at results and for silhouettes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from turnaround_training.template.rays import RayCaster

Colour = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(faces [n], barycentrics [n,3]) -> colours [n,3] in 0..1"""


def view_rays(
    azimuth: float, elevation: float, size: int, half_width: float = 0.58, centre: Sequence[float] = (0.0, 0.16, 0.0)
) -> tuple[np.ndarray, np.ndarray]:
    """Orthographic rays of a square picture (degrees): origins [size*size,3], direction [3]."""
    az, el = np.radians(azimuth), np.radians(elevation)
    eye = np.array([np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)])
    forward = -eye
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    t = ((np.arange(size) + 0.5) / size * 2 - 1) * half_width
    x, y = np.meshgrid(t, -t)
    origin = np.array(centre) + 2 * eye + x.ravel()[:, None] * right + y.ravel()[:, None] * up
    return origin, forward


def silhouette(caster: RayCaster, azimuth: float, elevation: float, size: int) -> np.ndarray:
    """Boolean [size,size]: where the caster's mesh covers the view."""
    origins, forward = view_rays(azimuth, elevation, size)
    return (caster.first(origins, forward)[0] >= 0).reshape(size, size)


def shaded(
    caster: RayCaster, azimuth: float, elevation: float, size: int, colour: Colour, normals: np.ndarray | None = None
) -> np.ndarray:
    """Picture u8 [size,size,3] from azimuth, elevation (degrees); normals [n,3]: per vertex, for smooth shading."""
    origins, forward = view_rays(azimuth, elevation, size)
    face, _, bary, normal = caster.first(origins, forward)
    hit = face >= 0
    if normals is not None:
        smooth = (normals[caster.faces[face[hit]]] * bary[hit][..., None]).sum(1)
        normal[hit] = smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-9)
    light = 0.45 + 0.3 * normal[:, 1] + 0.35 * np.maximum((normal * -forward).sum(1), 0)
    out = np.ones((size * size, 3))
    out[hit] = colour(face[hit], bary[hit]) * light[hit, None]
    return (np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8).reshape(size, size, 3)


def mesh_picture(
    vertices: np.ndarray,
    faces: np.ndarray,
    azimuth: float,
    elevation: float,
    size: int,
    face_colour: np.ndarray | None = None,
    wire: bool = True,
) -> np.ndarray:
    """Flat-shaded picture u8 [size,size,3] of a mesh, with its edges drawn thin where wire."""
    def colour(face: np.ndarray, bary: np.ndarray) -> np.ndarray:
        base = np.full((len(face), 3), 0.8) if face_colour is None else face_colour[face]
        return base * np.where(bary.min(1) < 0.06, 0.7, 1.0)[:, None] if wire else base

    return shaded(RayCaster(vertices, faces), azimuth, elevation, size, colour)
