"""Partial atlases as the engine makes them from a photo, here made from known atlases with the photo's errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from turnaround_training.data.patterns import smooth_noise


@dataclass(frozen=True)
class Seen:
    """One shape from one viewpoint, as atlases [S,S]: visibility 0..1 and unit normals [S,S,3] in car space."""

    visibility: np.ndarray
    normals: np.ndarray


def assemble(colour: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """The network's input [5,S,S] from observed albedo [S,S,3] (any value where unseen) and visibility [S,S].

    Seen texels hold colour x visibility. Texels that only their mirror image (u -> 1-u) shows hold the
    mirrored colour x mirrored visibility.
    """
    mirrored = visibility[:, ::-1]
    own = visibility > 0
    filled = np.where(own[..., None], colour * visibility[..., None], colour[:, ::-1] * mirrored[..., None])
    planes = np.concatenate((filled, visibility[..., None], mirrored[..., None]), -1)
    return planes.transpose(2, 0, 1).astype(np.float32)


def observe(truth: np.ndarray, seen: Seen, generator: np.random.Generator) -> np.ndarray:
    """The albedo [S,S,3] that a photo's pixels and imperfect geometry and light would give for a true atlas [S,S,3].

    Errors: displacement by wrong shape and camera, lost sharpness, wrong light (smooth over the normals),
    blotches, highlights, foreign colours at the silhouette, noise.
    """
    size = truth.shape[0]
    amount = np.exp(generator.normal(np.log(0.9), 0.7))
    shift = [
        (smooth_noise(size, size, int(generator.integers(2, 8)), generator) - 0.5) * 4 * amount
        + generator.normal(0, 0.5)
        for _ in range(2)
    ]
    rows, columns = np.mgrid[:size, :size]
    colour = np.stack(
        [
            map_coordinates(truth[..., channel], (rows + shift[0], columns + shift[1]), order=1, mode="nearest")
            for channel in range(3)
        ],
        -1,
    )
    if generator.random() < 0.7:
        colour = gaussian_filter(colour, (*(generator.uniform(0.2, 1.2),) * 2, 0))
    colour = np.clip(colour * _wrong_light(seen.normals, generator), 0, 1.2)
    colour = _highlights(colour, seen.normals, generator)
    edge = np.clip(1 - seen.visibility / generator.uniform(0.1, 0.6), 0, 1)[..., None]
    if generator.random() < 0.7:
        field = smooth_noise(size, size, int(generator.integers(4, 20)), generator)
        holes = field[..., None] > generator.uniform(0.3, 0.7)
        colour = np.where(holes & (edge > 0.2), colour * 0.3 + 0.7 * generator.random(3), colour)
    colour = colour + generator.standard_normal(colour.shape) * generator.uniform(0, 0.04)
    return np.clip(colour, 0, 1).astype(np.float32)


def worn_visibility(seen: Seen, generator: np.random.Generator) -> np.ndarray:
    """Visibility with occluders, photo borders and sampling holes cut out, [S,S]."""
    size = seen.visibility.shape[0]
    visibility = seen.visibility.copy()
    if generator.random() < 0.4:
        field = smooth_noise(size, size, int(generator.integers(2, 8)), generator)
        visibility[field > generator.uniform(0.55, 0.95)] = 0
    if generator.random() < 0.3:
        visibility[generator.random((size, size)) < generator.uniform(0, 0.05)] = 0
    if generator.random() < 0.3:
        visibility = (visibility > generator.uniform(0.05, 0.4)).astype(np.float32)
    return visibility


def _wrong_light(normals: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Ratio of true to assumed shading [S,S,3] in sRGB-encoded terms: smooth in the normal, plus blotches."""
    size = normals.shape[0]
    slope = generator.normal(0, 0.12, 3)
    bend = generator.normal(0, 0.06, 6)
    x, y, z = np.moveaxis(normals, -1, 0)
    field = normals @ slope + sum(b * q for b, q in zip(bend, (x * y, y * z, x * z, y * y, z * z, x * x), strict=True))
    field = field + generator.normal(0, 0.08)
    if generator.random() < 0.6:
        blotches = smooth_noise(size, size, int(generator.integers(3, 14)), generator) - 0.5
        field = field + blotches * generator.uniform(0, 0.5)
    tint = 1 + generator.normal(0, 0.03, 3)
    return np.exp(field)[..., None] * tint


def _highlights(colour: np.ndarray, normals: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Mirror images of bright things: white lobes about random directions of the normal."""
    for _ in range(int(generator.integers(0, 3))):
        direction = generator.standard_normal(3) * (1, 0.6, 1) + (0, 0.5, 0)
        direction /= np.linalg.norm(direction)
        lobe = np.clip((normals @ direction - generator.uniform(0.9, 0.985)) * generator.uniform(15, 80), 0, 1)
        colour = colour + (1 - colour) * lobe[..., None] * generator.uniform(0.2, 0.9)
    return colour
