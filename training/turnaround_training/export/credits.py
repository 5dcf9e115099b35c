"""Who made what a model was trained on, and what that means for the licence of its weights."""

from __future__ import annotations

import json
from pathlib import Path

LICENCE_NOTE = (
    "Trained on renders of the car models and environment maps credited here. Some car models are GPL (VDrift), "
    "one is marked CC BY-NC-SA 2.0 (vdrift-sv), others CC BY 4.0, some by inference only. "
    "Whether the weights inherit any of these terms is under review."
)


def car_credits(cars_json: Path, identifiers: list[str]) -> list[str]:
    """One credit line per car, in the order of cars.json."""
    wanted = set(identifiers)
    cars = [car for car in json.loads(cars_json.read_text(encoding="utf-8")) if car["id"] in wanted]
    return [f"{car['id']}: {car['source']}, {car['credit']}, {car['licence']}" for car in cars]


def environment_credits(names: list[str]) -> list[str]:
    """One credit line for all environment maps used."""
    return [f"Environment maps from Poly Haven, CC0: {', '.join(names)}"] if names else []
