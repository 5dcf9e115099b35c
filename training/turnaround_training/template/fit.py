"""Registers the template to all cars: first a reference sedan, then all from it, then all again from their mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from turnaround_training.template.car import CLASS_COUNT, Car
from turnaround_training.template.hull import edges_of, even_out, shrink_wrap, solid, vertex_normals
from turnaround_training.template.icosphere import symmetrise
from turnaround_training.template.landmarks import landmarks, warp
from turnaround_training.template.outer import DIRECTIONS, Surface, fitting_surface, outer_surface
from turnaround_training.template.register import Target, fill_length, normalise, register
from turnaround_training.template.straighten import symmetry_plane

REFERENCE = "pack-sedan"
SHARES = {"sedan": 0.22, "suv": 0.22, "hatchback": 0.20, "coupe": 0.14, "sports": 0.08, "van": 0.07, "pickup": 0.07}
"""Weight of each body type in the mean and the basis: the roads' mix rather than the assets' (19 of 34 are coupes)."""
OTHER_SHARE = 0.05
"""Weight of a body type that SHARES doesn't name."""
ROUNDS = 2


@dataclass
class Prepared:
    """A straightened car with what registration needs of it; yaw in radians, shift in car lengths.

    scale: length after straightening per length before.
    """

    car: Car
    yaw: float
    shift: float
    scale: float
    surface: Surface
    landmarks: np.ndarray
    target: Target


def prepare(folder: str | Path, record: dict, directions: int = DIRECTIONS) -> Prepared:
    """A car made ready; directions: from how many sides its outer surface is looked for."""
    crooked = Car(folder, record)
    yaw, shift = symmetry_plane(outer_surface(crooked, directions))
    car = Car(folder, record, yaw, shift)
    surface = outer_surface(car, directions)
    marks = landmarks(car, surface)
    flanks = np.nanmax(marks[-4:-1, 0])
    target = Target(fitting_surface(car, surface, flanks))
    return Prepared(car, yaw, shift, car.metres / crooked.metres, surface, marks, target)


def weights_of(cars: list[Car]) -> np.ndarray:
    """Weight per car: its body type's share, divided among that type's cars; held-out cars weigh 0. Sums to 1."""
    bodies = [None if car.held_out else car.body for car in cars]
    raw = np.array([0.0 if body is None else SHARES.get(body, OTHER_SHARE) / bodies.count(body) for body in bodies])
    return raw / raw.sum()


def reference_of(prepared: list[Prepared]) -> Prepared:
    """The car that the template is first wrapped around: REFERENCE, or else the first training sedan or training
    car."""
    training = [p for p in prepared if not p.car.held_out]
    named = [p for p in training if p.car.id == REFERENCE] + [p for p in training if p.car.body == "sedan"]
    return (named + training)[0]


def fit_reference(
    prepared: Prepared, faces: np.ndarray, mirror: np.ndarray, subdivisions: int
) -> tuple[np.ndarray, np.ndarray]:
    """The template wrapped around the reference car and fitted to it; also the class of each vertex."""
    v = shrink_wrap(solid(prepared.car), subdivisions)
    kinds = prepared.target.vertex_kinds(v, faces)
    v = register(v, faces, mirror, kinds, prepared.target)
    v = _evened(v, faces, mirror, 30)
    kinds = prepared.target.vertex_kinds(v, faces)
    v = register(v, faces, mirror, kinds, prepared.target, np.geomspace(8.0, 1.0, 12))
    return fill_length(v), prepared.target.vertex_kinds(v, faces)


def _evened(v: np.ndarray, faces: np.ndarray, mirror: np.ndarray, rounds: int) -> np.ndarray:
    edges = edges_of(faces)
    for _ in range(rounds):
        v = symmetrise(even_out(v, vertex_normals(v, faces), edges, 0.15), mirror)
    return v


def _fitted(warped: np.ndarray, faces: np.ndarray, mirror: np.ndarray, kinds: np.ndarray, target: Target) -> np.ndarray:
    """Registered shape: smoothly first, then with creases evened out once more closely."""
    v = register(warped, faces, mirror, kinds, target)
    v = _evened(v, faces, mirror, 8)
    return fill_length(register(v, faces, mirror, kinds, target, np.full(5, 2.0)))


def fit_all(
    prepared: list[Prepared], faces: np.ndarray, mirror: np.ndarray, subdivisions: int, say: Callable[[str], None]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Registered shapes {id: [n,3]} of all cars and the class of each vertex by majority."""
    cars = [p.car for p in prepared]
    weights = weights_of(cars)
    reference = reference_of(prepared)
    start, kinds = fit_reference(reference, faces, mirror, subdivisions)
    marks = reference.landmarks
    for number in range(ROUNDS):
        shapes = {}
        for p in prepared:
            warped = symmetrise(warp(start, marks, p.landmarks), mirror)
            shapes[p.car.id] = _fitted(warped, faces, mirror, kinds, p.target)
        start = normalise(symmetrise(sum(w * shapes[c.id] for w, c in zip(weights, cars)), mirror))
        votes = np.zeros((len(start), CLASS_COUNT))
        for w, p in zip(weights, prepared):
            votes[np.arange(len(start)), p.target.vertex_kinds(shapes[p.car.id], faces)] += w
        kinds = votes.argmax(1)
        marks = _mean_landmarks(prepared, weights)
        say(f"round {number + 1} of {ROUNDS}: registered {len(shapes)} cars")
    return shapes, kinds


def _mean_landmarks(prepared: list[Prepared], weights: np.ndarray) -> np.ndarray:
    stack = np.stack([p.landmarks for p in prepared])
    w = weights[:, None, None] * np.isfinite(stack)
    return np.nansum(np.nan_to_num(stack) * w, 0) / w.sum(0)
