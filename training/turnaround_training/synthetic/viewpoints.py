"""Where cameras stand: all around, mostly at eye height and near, as photographers do."""

from __future__ import annotations

import math

import numpy as np
import torch

from turnaround_training.camera import project
from turnaround_training.data.framing import Labels

LOWEST_DEG, HIGHEST_DEG = -5.0, 30.0
NEAREST, NEAR, FARTHEST = 1.2, 2.6, 6.0
"""Distances in car lengths; NEAR_SHARE of the cameras stand between the first two."""
NEAR_SHARE = 0.6
EYE_HEIGHT_SHARE = 0.7
EYE_HEIGHT_DEG = (5.0, 4.5)
"""Mean and deviation of the elevation of cameras at eye height."""


def random_viewpoint(shape: np.ndarray, light: np.ndarray, generator: np.random.Generator) -> Labels:
    """Labels of a square picture that shows all of a shape [V,3], aimed at its box's centre; light [9,3]."""
    eye_height = generator.random() < EYE_HEIGHT_SHARE
    elevation = generator.normal(*EYE_HEIGHT_DEG) if eye_height else generator.uniform(0, HIGHEST_DEG)
    near = generator.random() < NEAR_SHARE
    distance = math.exp(generator.uniform(math.log(NEAREST), math.log(NEAR if near else FARTHEST)))
    azimuth, elevation = generator.uniform(0, 2 * math.pi), math.radians(np.clip(elevation, LOWEST_DEG, HIGHEST_DEG))
    target = (shape.min(0) + shape.max(0)) / 2
    numbers = (torch.tensor([value]) for value in (azimuth, elevation, 0.0, distance, 1.0))
    fractions, _ = project(
        torch.from_numpy(shape)[None], *numbers, torch.zeros(1, 2), torch.from_numpy(target.astype(np.float32))[None]
    )
    reach = float((fractions - 0.5).abs().max()) * 2
    return Labels(
        azimuth=float(azimuth),
        elevation=float(elevation),
        roll=0.0,
        distance=distance,
        tan_half_fov=reach * generator.uniform(1.05, 1.2),
        offset=(0.0, 0.0),
        target=target.astype(np.float32),
        light=light,
    )
