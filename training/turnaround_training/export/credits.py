"""Who made what a model was trained on, and what that means for the licence of its weights."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from turnaround_training.errors import StageError

NON_COMMERCIAL = "vdrift-sv"
"""Marked CC BY-NC-SA 2.0 by its own credit; the template's mean and basis hold it until it is made anew."""


def licence_note(cars: Iterable[str]) -> str:
    """What the training data's licences mean for a model that has seen these cars."""
    marked = (
        f"One of them, {NON_COMMERCIAL}, is marked CC BY-NC-SA 2.0 by its own credit: this model has seen it, "
        "later ones leave it out. "
        if NON_COMMERCIAL in set(cars)
        else f"{NON_COMMERCIAL} (CC BY-NC-SA 2.0) was left out of these renders; the template's mean and basis were "
        "made with it. "
    )
    return (
        "Trained on renders of the car models and environment maps credited here. Some car models are GPL (VDrift), "
        f"others CC BY 4.0, some by inference only. {marked}"
        "Whether the weights inherit any of these terms is under review."
    )


def car_credits(cars_json: Path, identifiers: list[str]) -> list[str]:
    """One credit line per car, in the order of cars.json; raises StageError where that is missing."""
    if not cars_json.is_file():
        raise StageError(f"{cars_json} is missing, so cars can't be credited. Set 'cars' in [paths] to the cars' list.")
    wanted = set(identifiers)
    cars = [car for car in json.loads(cars_json.read_text(encoding="utf-8")) if car["id"] in wanted]
    return [f"{car['id']}: {car['source']}, {car['credit']}, {car['licence']}" for car in cars]


def environment_credits(names: list[str]) -> list[str]:
    """One credit line for all environment maps used."""
    return [f"Environment maps from Poly Haven, CC0: {', '.join(names)}"] if names else []
