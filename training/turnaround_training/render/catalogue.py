"""The car models: body type, how each can be repainted, what its materials are, and how often it is drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from turnaround_training.errors import StageError

BODY_SHARE = {
    "sedan": 0.25,
    "hatchback": 0.20,
    "suv": 0.22,
    "coupe": 0.14,
    "sports": 0.07,
    "pickup": 0.06,
    "van": 0.06,
}
"""Share of scenes by body type, so that the many coupes and sports cars don't outweigh the ordinary cars."""

PAINT_MODES = ("mask", "hue", "flat", "tint", "even_tint", "fixed")
"""mask: albedo = mix(paint, texel.rgb, texel.a) in linear light; hue: saturated texels are turned; flat: the paint
replaces the base colour; tint and even_tint: dark grey texels take the paint; fixed: as the file has it. Formulas:
repaint.py."""

ROLES: dict[str, dict[str, str]] = {
    "cc-generic-suv": {"Urban10_Body": "paint"},
    "cc-m4": {"Material_692": "paint", "PaletteMaterial003": "glass"},
    "cc-q7": {"Part1Mtl": "paint", "Translucent": "glass"},
}
"""Roles of materials by name where the usual names (README of shared/) say nothing. Roles: paint, glass, lens, tyre,
rim, other."""

PAINT_OVERRIDES = {"cc-generic-suv": "flat", "cc-m4": "flat", "cc-q7": "flat", "pack-suv": "even_tint"}
"""Cars whose paint is baked but is one base colour (flat) or grey (even_tint)."""

BRIGHTEN = {"pack-jeep": 4.0, "pack-cargo": 3.0, "pack-pickup": 3.0, "pack-sedan": 1.5}
"""How much brighter (linear) the baked paint of very dark cars is made before its value varies."""


@dataclass(frozen=True)
class Car:
    """id is the name in the index; path a GLB; paint_mode one of PAINT_MODES; roles by material name."""

    id: str
    path: Path
    body: str
    paint_mode: str
    roles: dict[str, str]
    brighten: float = 1.0


def load_catalogue(folder: Path) -> dict[str, Car]:
    """Cars of a folder with cars.json, by id. Raises StageError when the folder or its list is missing."""
    listing = folder / "cars.json"
    try:
        entries = json.loads(listing.read_text("utf-8"))
    except FileNotFoundError:
        raise StageError(f"No car models: {listing} does not exist. Set [render] cars to their folder.") from None
    except json.JSONDecodeError as error:
        raise StageError(f"{listing} is not valid JSON: {error}.") from None
    return {
        entry["id"]: Car(
            id=entry["id"],
            path=folder / entry["file"],
            body=entry["body"],
            paint_mode=PAINT_OVERRIDES.get(entry["id"], _paint_mode(entry["paint"])),
            roles=ROLES.get(entry["id"], {}),
            brighten=BRIGHTEN.get(entry["id"], 1.0),
        )
        for entry in entries
    }


def other_car(path: Path) -> Car:
    """A GLB that is not in the catalogue (a blend, say): its name is the file's stem, its paint stays."""
    return Car(id=path.stem, path=path, body="sedan", paint_mode="fixed", roles={})


def scene_weights(cars: list[Car]) -> list[float]:
    """Probability of each car: BODY_SHARE of its body type, shared evenly among the cars of that type."""
    bodies = [car.body for car in cars]
    raw = [BODY_SHARE.get(body, 0.05) / bodies.count(body) for body in bodies]
    return [weight / sum(raw) for weight in raw]


def _paint_mode(text: str) -> str:
    return "mask" if text.startswith("alpha of the texture") else "hue"
