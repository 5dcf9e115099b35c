"""Random cars for the neural view: random shapes, repainted atlases of the training cars, surroundings of renders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from turnaround_training.data.area import area_averaged
from turnaround_training.evaluate.bench import Bench
from turnaround_training.neural.examples import SIZE, TEXTURE, pooled_surroundings
from turnaround_training.neural.sample import SPREAD
from turnaround_training.texture.atlases import painted_atlases

PAINTS = 2


@dataclass(frozen=True)
class RandomCars:
    """coefficients float32 [N,K], texture float32 [N,3,64,64] sRGB 0..1, around float32 [N,4,32,32]."""

    coefficients: np.ndarray
    texture: np.ndarray
    around: torch.Tensor


def random_cars(bench: Bench, count: int, seed: int) -> RandomCars:
    """`count` cars, the same for a seed."""
    random = np.random.default_rng(seed)
    cars = {name: car for name, car in bench.registered.items() if name not in bench.paths.exclude}
    painted = painted_atlases(cars, PAINTS, TEXTURE, random)
    atlases = painted[random.integers(len(painted), size=count)]
    renders = bench.held_out
    rows = random.choice(np.flatnonzero(renders.canonical), count)
    pictures = np.stack([area_averaged(renders.pictures[row], SIZE) for row in rows])
    rgba = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    basis = bench.template["basis"]
    return RandomCars(
        coefficients=(random.standard_normal((count, basis.shape[0])) * SPREAD).astype(np.float32),
        texture=atlases.transpose(0, 3, 1, 2).astype(np.float32) / 255,
        around=pooled_surroundings(rgba),
    )
