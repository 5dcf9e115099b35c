"""Texels whose albedo in a render is known from the car's file.

What the page colours by chance, or what rays don't meet, is not known.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from turnaround_training.render.catalogue import load_catalogue
from turnaround_training.template.bake import OVER, meet, texel_map, texel_surface
from turnaround_training.template.car import Car
from turnaround_training.template.registered import RegisteredCar

RULES = ((r"paint|body", "paint"), (r".*glass", "glass"), (r".*(tire|tyre)", "tyre"), (r"rim", "rim"))
"""Role by the beginning of a material's name: twin of roleOf in render/page/materials.js."""
KNOWN_ROLES = ("paint", "tyre", "other")
"""Glass and rims get colours by chance, lenses are half clear."""

DOWNWARDS = -0.6
"""Height of the unit normal below which a surface faces the ground."""


def role_of(name: str, roles: dict[str, str], blend: bool) -> str:
    """The role in which the page draws a material of a GLB."""
    if name in roles:
        return roles[name]
    named = next((role for pattern, role in RULES if re.match(pattern, name, re.IGNORECASE)), None)
    return named or ("lens" if blend else "other")


def known_texels(
    folder: Path, record: dict, registered: RegisteredCar, template: dict[str, np.ndarray], size: int
) -> np.ndarray:
    """bool [size,size]: every sample of the texel lies on the car's own surface, on a material drawn as its file says.

    What faces the ground is left out: nobody looks there. folder: of the GLBs and cars.json; record: the car's in it.
    """
    car = Car(folder, record, np.radians(registered.yaw_deg), registered.shift)
    roles = load_catalogue(folder)[car.id].roles
    plain = np.array([role_of(m.name, roles, m.blend) in KNOWN_ROLES for m in car.materials]) & ~car.tinted
    texels = texel_map(template["uv"], size * OVER)
    point, normal = texel_surface(registered.vertices.astype(np.float64), template["faces"], texels)
    face, _, _ = meet(car, point, normal)
    known = np.zeros((size * OVER,) * 2, bool)
    known[texels[2]] = (face >= 0) & plain[car.material[face]] & (normal[:, 1] > DOWNWARDS)
    return known.reshape(size, OVER, size, OVER).all((1, 3))
