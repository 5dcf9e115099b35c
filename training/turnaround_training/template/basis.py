"""The shape basis: principal directions of registered cars and of the same cars bent."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from turnaround_training.render.bend import bend, random_bend
from turnaround_training.template.icosphere import symmetrise
from turnaround_training.template.register import normalise

COMPONENTS = 40
BENDS = 24
"""Bent variants per car; together they weigh as much as the car itself."""


def bent_variants(
    shape: np.ndarray, axles: Iterable[float], mirror: np.ndarray, count: int, random: np.random.Generator
) -> np.ndarray:
    """count bent copies [count,n,3] of a registered car; axles: z of the front and the rear axle."""
    box = np.stack([shape.min(0), shape.max(0)])
    return np.stack(
        [normalise(symmetrise(bend(shape, random_bend(random, *axles), box), mirror)) for _ in range(count)]
    )


def span_basis(
    mean: np.ndarray, shapes: np.ndarray, weights: np.ndarray, mirror: np.ndarray, components: int
) -> np.ndarray:
    """Basis [components,n,3] about mean: weighted principal directions, scaled to coefficients of unit variance.

    shapes [k,n,3] symmetric, weights [k].
    """
    w = weights / weights.sum()
    away = (shapes - mean).reshape(len(shapes), -1)
    _, _, directions = np.linalg.svd(np.sqrt(w)[:, None] * away, full_matrices=False)
    directions = directions[:components]
    biggest = np.abs(directions).argmax(1)
    directions = directions * np.sign(directions[np.arange(len(directions)), biggest])[:, None]
    coefficients = away @ directions.T
    spread = np.sqrt(w @ (coefficients - w @ coefficients) ** 2)
    basis = (directions * spread[:, None]).reshape(-1, *mean.shape)
    return np.stack([symmetrise(b, mirror) for b in basis])


def coefficients_of(mean: np.ndarray, basis: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Least-squares coefficients [k] of a shape."""
    return np.linalg.lstsq(basis.reshape(len(basis), -1).T, (shape - mean).ravel(), rcond=None)[0]
