"""Which held-out renders are measured: the same ones however far the render stage has come."""

from __future__ import annotations

from collections.abc import Sequence

from turnaround_training.errors import StageError
from turnaround_training.render.plan import VIEWS


def choose_rows(rows: Sequence[dict], count: int, views: int) -> list[int]:
    """Positions of up to ``count`` index rows: ``views`` of each of the first whole scenes, alike for all cars.

    A scene's views are spread evenly around the car; every (VIEWS / views)th by azimuth is taken, and the next scene of
    the car begins one further. Raises StageError where no scene is whole.
    """
    scenes: dict[str, dict[int, list[int]]] = {}
    for number, row in enumerate(rows):
        scenes.setdefault(row["car"], {}).setdefault(row["scene"], []).append(number)
    whole = {car: [numbers for numbers in of.values() if len(numbers) == VIEWS] for car, of in scenes.items()}
    if not any(whole.values()):
        raise StageError("No held-out scene is whole yet. Wait for the render stage.")
    each = max(1, count // (views * len(whole)))
    step = max(1, VIEWS // views)
    chosen = []
    for car in sorted(whole):
        for place, numbers in enumerate(whole[car][:each]):
            around = sorted(numbers, key=lambda number: rows[number]["azimuth_deg"])
            chosen += around[place % step :: step][:views]
    return chosen
