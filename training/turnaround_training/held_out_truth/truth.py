"""What is true of one held-out render, as files that any language reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.shapes import azimuth_in_render, shape_in_render

CAMERA = ("azimuth_deg", "elevation_deg", "roll_deg", "distance", "fov_deg", "target")
README = """# Held-out renders with their truth
Written by `{command}` (training/turnaround_training/held_out_truth): {count} renders of cars that no training saw.
Lengths are car lengths of the rendered car (L), space as in docs/architecture.md: +Y up, front +Z, the car's left +X.
One folder a render:

| file | what |
|---|---|
| photo.png, mask.png | the render [256,256,3] sRGB, and its coverage by the car, 0..255 |
| truth.json | car, scene, row (of the index of the renders), environment; camera: azimuth_deg, elevation_deg, roll_deg, distance, fov_deg (vertical), target [3] of the whole picture, a square crop with offset 0; straight_azimuth_deg: the azimuth under which the car's own plane of symmetry is seen, which is what the product estimates (some cars stand askew in their files); light [9][3]: spherical harmonics in the space of vertices.f32, linear rgb = albedo x sum c_k Y_k(n) |
| vertices.f32 | float32 [V,3] little endian: the template's vertices, registered to the car and bent, where the render shows them |
| albedo.png | the car's base colour [256,256,3] sRGB in the template's atlas (u right, v down) |
| known.png | [256,256] 255 where albedo.png is what the render was drawn with; 0 on glass, rims, lenses (drawn by chance), the underside, gutters and where the template does not lie on the car |
| solid.bits | outer solid of the true car, straightened, length 1 on the ground: 64^3 bits, index (x * 64 + y) * 64 + z, first bit lowest in a byte; x and z span -0.5..0.5, y 0..1 (evaluate/solids.py) |

The paint of a render may be up to 45 % metallic, which darkens its diffuse colour and adds reflections: albedo.png is the
base colour before that. index.json lists the folders; sheet.png shows picture, registered car under true albedo, camera
and light, albedo, and albedo where it is known.
"""


def write_truth(
    folder: Path,
    row: dict,
    picture: np.ndarray,
    car: RegisteredCar,
    albedo: np.ndarray,
    known: np.ndarray,
    solid: np.ndarray,
) -> None:
    """Write one render's folder.

    Args: row: of the index; picture: uint8 [S,S,4], alpha the mask; car: registered; albedo: uint8 [T,T,3] sRGB;
    known: bool [T,T]; solid: bool [64,64,64].
    """
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture[..., :3]).save(folder / "photo.png")
    Image.fromarray(picture[..., 3]).save(folder / "mask.png")
    Image.fromarray(albedo).save(folder / "albedo.png")
    Image.fromarray(known.astype(np.uint8) * 255).save(folder / "known.png")
    shape_in_render(car, row["bend"], row["box"]).astype("<f4").tofile(folder / "vertices.f32")
    np.packbits(solid.reshape(-1), bitorder="little").tofile(folder / "solid.bits")
    truth = {
        **{key: row[key] for key in ("car", "scene", "row", "environment", *CAMERA, "light")},
        "straight_azimuth_deg": azimuth_in_render(car, row),
    }
    (folder / "truth.json").write_text(json.dumps(truth), "utf-8")
