"""Contact sheets of the template stage: registered cars beside their originals, the mean, its parts and its basis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from turnaround_training.template.atlas import rasterise
from turnaround_training.template.car import Car
from turnaround_training.template.draw import mesh_picture, shaded
from turnaround_training.template.fit import Prepared
from turnaround_training.template.hull import vertex_normals
from turnaround_training.template.rays import RayCaster
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.textures import compose_texture

PART_COLOURS = np.array([[0.8, 0.3, 0.3], [0.3, 0.4, 0.9], [0.3, 0.7, 0.3], [0.5, 0.8, 0.4], [0.1, 0.5, 0.2],
                         [0.5, 0.6, 0.2], [0.95, 0.9, 0.2], [0.9, 0.5, 0.1]])
PAINT = (0.75, 0.12, 0.1)
SIZE = 300


def textured_picture(
    vertices: np.ndarray,
    faces: np.ndarray,
    uv: np.ndarray,
    atlas: np.ndarray,
    azimuth: float,
    elevation: float,
    size: int = SIZE,
) -> np.ndarray:
    """Picture of a template shape wearing an atlas u8 [s,s,3]."""
    side = atlas.shape[0]

    def colour(face: np.ndarray, bary: np.ndarray) -> np.ndarray:
        at = np.clip((uv[face] * bary[..., None]).sum(1) * side, 0, side - 1).astype(int)
        return atlas[at[:, 1], at[:, 0]] / 255

    return shaded(RayCaster(vertices, faces), azimuth, elevation, size, colour, vertex_normals(vertices, faces))


def original_picture(car: Car, azimuth: float, elevation: float, mode: str, size: int = SIZE) -> np.ndarray:
    """Picture of the car itself, painted where its paint is masked."""

    def colour(face: np.ndarray, bary: np.ndarray) -> np.ndarray:
        rgb, alpha = car.colour_at(face, bary)
        alpha = alpha[:, None] if mode == "mask" else 1.0
        return rgb * alpha + np.array(PAINT) * (1 - alpha)

    return shaded(car.caster, azimuth, elevation, size, colour)


def draw_sheets(
    folder: Path,
    prepared: list[Prepared],
    registered: list[RegisteredCar],
    mean: np.ndarray,
    faces: np.ndarray,
    uv: np.ndarray,
    parts: np.ndarray,
    basis: np.ndarray,
) -> None:
    """Writes cars-N.png, template.png, basis.png and atlases.png to folder."""
    crop = slice(SIZE // 6, -SIZE // 6)
    rows = []
    for p, r in zip(prepared, registered):
        atlas = compose_texture(r, PAINT if r.paint_mode == "mask" else None)
        row = [textured_picture(r.vertices, faces, uv, atlas, a, e) for a, e in ((40, 15), (215, 15), (90, 0))]
        row += [original_picture(p.car, a, e, r.paint_mode) for a, e in ((40, 15), (215, 15))]
        row.append(mesh_picture(r.vertices, faces, 40, 15, SIZE))
        rows.append(np.concatenate(row, 1)[crop])
    for number in range(0, len(rows), 12):
        Image.fromarray(np.concatenate(rows[number:number + 12])).save(folder / f"cars-{number // 12 + 1}.png")
    views = ((40, 15), (220, 20), (90, 0), (0, 0), (180, 0), (40, -30))
    tints = PART_COLOURS[parts]
    Image.fromarray(np.concatenate([mesh_picture(mean, faces, a, e, SIZE, tints)[crop] for a, e in views], 1)).save(
        folder / "template.png")
    Image.fromarray(np.concatenate([
        np.concatenate([mesh_picture(mean + s * b, faces, 50, 12, SIZE, wire=False)[crop] for b in basis[:8]], 1)
        for s in (-2, 2)])).save(folder / "basis.png")
    face, _, _ = rasterise(uv, 256)
    picture = np.where((face >= 0)[..., None], tints[face], 0) * 255
    atlases = [compose_texture(r, PAINT if r.paint_mode == "mask" else None) for r in registered]
    tiles = [picture.astype(np.uint8)] + atlases
    tiles += [np.zeros_like(atlases[0])] * (-len(tiles) % 7)
    Image.fromarray(np.concatenate([np.concatenate(tiles[i:i + 7], 1) for i in range(0, len(tiles), 7)])).save(
        folder / "atlases.png")
