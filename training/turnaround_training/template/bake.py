"""Bakes a car's colours into the template's atlas: for each texel the car's surface that lies under it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from turnaround_training.render.catalogue import load_catalogue
from turnaround_training.render.repaint import to_linear, to_srgb
from turnaround_training.template.atlas import rasterise
from turnaround_training.template.car import Car
from turnaround_training.template.hull import vertex_normals
from turnaround_training.template.outer import Surface, closed_caster

SIZE = 256
OVER = 2
REACHES = (0.012, 0.03, 0.06)
"""Heights above the template from which rays look for the car's surface, tried in turn (car lengths)."""
FLOOR_SRGB = 0.06
Texels = tuple[np.ndarray, np.ndarray, np.ndarray]
"""face [k] and barycentrics [k,3] of the k texels that lie on the template, row-major; where those are, bool [s,s]"""


def texel_map(uv: np.ndarray, size: int = SIZE * OVER) -> Texels:
    """The texels of an atlas of side `size` by the corners uv [m,3,2]."""
    face, bary, _ = rasterise(uv, size)
    inside = face >= 0
    return face[inside], bary[inside], inside


def paint_materials(car: Car, folder: Path) -> tuple[str, np.ndarray]:
    """(paint mode, boolean per material): how the renderer repaints this car, and which materials take it."""
    entry = load_catalogue(folder)[car.id]

    def takes_paint(name: str) -> bool:
        if entry.roles:
            return entry.roles.get(name) == "paint"
        return name == "paint" or name.lower().startswith("body")

    return entry.paint_mode, np.array([takes_paint(material.name) for material in car.materials])


def texel_surface(shape: np.ndarray, faces: np.ndarray, texels: Texels) -> tuple[np.ndarray, np.ndarray]:
    """Positions and smooth unit normals [k,3] of the texels on a shape [n,3]."""
    face, bary, _ = texels
    point = (shape[faces[face]] * bary[..., None]).sum(1)
    normal = (vertex_normals(shape, faces)[faces[face]] * bary[..., None]).sum(1)
    return point, normal / np.linalg.norm(normal, axis=1, keepdims=True)


def meet(car: Car, point: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What lies under texels: face of the car [k] (-1: a floor plate, or none is met), barycentrics [k,3], floor
    [k]."""
    caster, _ = closed_caster(car)
    hit_face = np.full(len(point), -1)
    hit_bary = np.zeros((len(point), 3))
    floor = np.zeros(len(point), bool)
    open_ = np.ones(len(point), bool)
    for reach in REACHES:
        some = np.flatnonzero(open_)
        f, distance, b, n = caster.first(point[some] + reach * normal[some], -normal[some])
        ok = (f >= 0) & (distance < 2 * reach) & ((n * normal[some]).sum(1) > 0.3)
        at = some[ok]
        floor[at] = f[ok] >= len(car.faces)
        hit_face[at], hit_bary[at] = np.where(floor[at], -1, f[ok]), b[ok]
        open_[at] = False
    return hit_face, hit_bary, floor


def bake(
    car: Car, surface: Surface, shape: np.ndarray, faces: np.ndarray, texels: Texels, mode: str, takes_paint: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Albedo u8 [256,256,3] sRGB without paint, and paint share u8 [256,256] (255: only paint).

    albedo is the colour of the unpainted share; where all is paint it is the colour around.
    """
    point, normal = texel_surface(shape, faces, texels)
    hit_face, hit_bary, floor = meet(car, point, normal)
    tree = cKDTree(np.concatenate([surface.points, 0.05 * surface.normals], 1))
    some = np.flatnonzero((hit_face < 0) & ~floor)
    near = tree.query(np.concatenate([point[some], 0.05 * normal[some]], 1))[1]
    hit_face[some], hit_bary[some] = surface.face[near], surface.bary[near]
    floor[some] = surface.face[near] < 0
    colour, paint = np.full((len(point), 3), FLOOR_SRGB), np.zeros(len(point))
    on = ~floor
    colour[on], alpha = car.colour_at(hit_face[on], hit_bary[on])
    painted = takes_paint[car.material[hit_face[on]]]
    paint[on] = painted * ((1 - alpha) if mode == "mask" else 1.0)
    return _gather(colour, paint, texels[2], keep_colour=mode in ("hue", "tint", "even_tint", "fixed"))


def _gather(
    colour: np.ndarray, paint: np.ndarray, inside: np.ndarray, keep_colour: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Averages texels OVER x OVER in linear light and fills the gutters from their nearest texel."""
    size = inside.shape[0]
    own = np.ones_like(paint) if keep_colour else np.maximum(1 - paint, 1e-4)
    layers = np.zeros((size, size, 6))
    layers[inside] = np.column_stack([to_linear(colour) * own[:, None], own, paint, np.ones_like(paint)])
    layers = layers.reshape(size // OVER, OVER, size // OVER, OVER, 6).sum((1, 3))
    seen = layers[..., 5] > 0
    albedo = layers[..., :3] / np.maximum(layers[..., 3:4], 1e-9)
    share = layers[..., 4] / np.maximum(layers[..., 5], 1e-9)
    nearest = ndimage.distance_transform_edt(~seen, return_distances=False, return_indices=True)
    albedo, share = albedo[tuple(nearest)], share[tuple(nearest)]
    return _to_bytes(to_srgb(albedo)), _to_bytes(share)


def _to_bytes(values: np.ndarray) -> np.ndarray:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)
