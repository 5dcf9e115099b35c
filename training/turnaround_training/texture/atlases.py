"""True atlases of the training cars: as their renders show them, and repainted for more variety."""

from __future__ import annotations

import numpy as np

from turnaround_training.data.area import area_averaged
from turnaround_training.errors import StageError
from turnaround_training.render.plan import random_paint
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.textures import compose_texture, texture_of_row


def painted_atlases(
    registered: dict[str, RegisteredCar], paints: int, size: int, generator: np.random.Generator
) -> np.ndarray:
    """uint8 [N,size,size,3]: every car that is not held out in its own colours and in random ones."""
    atlases = []
    for car in registered.values():
        if car.held_out:
            continue
        atlases.append(area_averaged(compose_texture(car), size))
        for _ in range(paints):
            paint = random_paint(generator) if car.paint_mode in ("mask", "flat") else None
            hue = float(generator.uniform(0, 360)) if car.paint_mode == "hue" else 0.0
            scales = generator.uniform(0.5, 1.2, 2)
            atlases.append(area_averaged(compose_texture(car, paint, hue, *map(float, scales)), size))
    if not atlases:
        raise StageError("All registered cars are held out. Run the template stage on the training cars.")
    return np.stack(atlases)


class RowAtlases:
    """The true atlas of an index row, computed once a scene."""

    def __init__(self, registered: dict[str, RegisteredCar], size: int):
        self.registered = registered
        self.size = size
        self.known: dict[tuple[str, int], np.ndarray] = {}

    def of(self, row: dict) -> np.ndarray:
        """float32 [S,S,3] sRGB 0..1."""
        key = (row["car"], row["scene"])
        if key not in self.known:
            self.known[key] = area_averaged(texture_of_row(self.registered[row["car"]], row), self.size)
        return self.known[key].astype(np.float32) / 255
