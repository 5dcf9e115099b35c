"""Shapes between the registered cars: mixed whole or in part, then bent and waved."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from turnaround_training.errors import StageError
from turnaround_training.render.bend import bend, random_bend, smootherstep
from turnaround_training.template.fit import OTHER_SHARE, SHARES
from turnaround_training.template.icosphere import symmetrise
from turnaround_training.template.register import normalise
from turnaround_training.template.registered import RegisteredCar

PURE_SHARE, WHOLE_SHARE = 0.2, 0.45
"""Shares of shapes that are one car's, and that are mixed alike everywhere; the rest is mixed in part."""
UNBENT_SHARE = 0.15
PROPORTIONS = ("width", "height", "wheelbase", "front_overhang", "rear_overhang")
BENDING = (0.4, 1.6)
"""Range of what the bend's proportions are multiplied by, alike for one shape: most cars stay near what cars are like,
as a picture says little about width; some are as short and tall as the smallest cars."""
WAVED_SHARE = 0.5
WHEELS = ((2, 3), (4, 5))
"""Parts of the template that are front and rear wheels."""


class ShapeMixer:
    """Draws shapes from the registered cars that are not held out, body types as often as SHARES says.

    faces [F,3], parts [F] and mirror [V] are the template's, mean [V,3] says where a vertex lies.
    """

    def __init__(
        self, cars: Iterable[RegisteredCar], mean: np.ndarray, faces: np.ndarray, parts: np.ndarray, mirror: np.ndarray
    ):
        known = [car for car in cars if not car.held_out]
        if not known:
            raise StageError("All registered cars are held out. Run the template stage on the training cars.")
        bodies = [car.body for car in known]
        odds = np.array([SHARES.get(body, OTHER_SHARE) / bodies.count(body) for body in bodies])
        self.shapes = np.stack([car.vertices for car in known]).astype(np.float64)
        self.odds = odds / odds.sum()
        self.mean, self.mirror = np.asarray(mean, np.float64), mirror
        self.wheels = [np.unique(faces[np.isin(parts, pair)]) for pair in WHEELS]

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """float32 [V,3]: symmetric, of length 1, centred, on y = 0."""
        kind = generator.random()
        shape = self._one(generator)
        if kind > PURE_SHARE:
            other, share = self._one(generator), generator.uniform(0, 1)
            if kind > PURE_SHARE + WHOLE_SHARE:
                if generator.random() < 0.5:
                    other = other + (self._one(generator) - other) * share
                share = self._region(generator)[:, None]
            shape = shape + (other - shape) * share
        if generator.random() > UNBENT_SHARE:
            axles = [float(shape[wheel, 2].mean()) for wheel in self.wheels]
            parameters, bending = random_bend(generator, *axles), generator.uniform(*BENDING)
            parameters |= {name: parameters[name] * bending for name in PROPORTIONS}
            shape = bend(shape, parameters, np.stack((shape.min(0), shape.max(0))))
        if generator.random() < WAVED_SHARE:
            shape = shape + self._waves(shape, generator)
        return normalise(symmetrise(shape, self.mirror)).astype(np.float32)

    def _one(self, generator: np.random.Generator) -> np.ndarray:
        return self.shapes[generator.choice(len(self.shapes), p=self.odds)]

    def _region(self, generator: np.random.Generator) -> np.ndarray:
        """Share [V] of the second shape: the front, the rear, the top or the bottom is its."""
        along, half = (2, 0.12) if generator.random() < 0.6 else (1, 0.05)
        low, high = (-0.28, 0.28) if along == 2 else (0.14, 0.22)
        share = smootherstep((self.mean[:, along] - generator.uniform(low, high)) / (2 * half) + 0.5)
        return share if generator.random() < 0.5 else 1 - share

    def _waves(self, shape: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Slow, small displacements [V,3] (thousandths of a length), alike on both sides."""
        phases = shape * generator.normal(0, (9, 12, 9), (3, 1, 3)) @ np.ones(3)
        places = phases + generator.uniform(0, 2 * np.pi, (3, 1))
        amounts = generator.normal(0, 0.003, (3, 3))
        return np.sin(places).T @ amounts
