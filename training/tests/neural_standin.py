"""Stand-in data for the tests of the neural view: cars made of two boxes on a plain, ray-cast in numpy."""

from __future__ import annotations

import numpy as np

from turnaround_training.neural.examples import SIZE, TEXTURE, Examples
from turnaround_training.neural.frustum import DISTANCE, HALF_FOV

COEFFICIENTS = 6


def draw_boxes(
    boxes: np.ndarray, colours: np.ndarray, ground: float, sky: np.ndarray, azimuth: float, elevation: float
) -> np.ndarray:
    """Ray-cast axis-aligned boxes [B,2,3] with colours per face [B,6,3] -> uint8 [128,128,4]."""
    sa, ca, se, ce = np.sin(azimuth), np.cos(azimuth), np.sin(elevation), np.cos(elevation)
    eye = DISTANCE * np.array([sa * ce, se, ca * ce])
    forward, right = -eye / DISTANCE, np.array([ca, 0.0, -sa])
    up = np.cross(right, forward)
    steps = ((np.arange(SIZE) + 0.5) / SIZE * 2 - 1) * HALF_FOV
    rays = forward + steps[None, :, None] * right - steps[:, None, None] * up
    rays = np.where(np.abs(rays) < 1e-9, 1e-9, rays)
    floor = (ground - eye[1]) / rays[..., 1]
    picture = np.where((floor > 0)[..., None], sky * 0.5, sky)
    nearest, mask = np.full((SIZE, SIZE), np.inf), np.zeros((SIZE, SIZE))
    for box, faces in zip(boxes, colours):
        ends = (box[:, None, None, :] - eye) / rays
        near, far = ends.min(0), ends.max(0)
        axis = near.argmax(-1)
        enter = near.max(-1)
        hit = (enter < far.min(-1)) & (enter < nearest)
        low = np.take_along_axis(ends[0] < ends[1], axis[..., None], -1)[..., 0]
        face = axis * 2 + np.where(low, 0, 1)
        picture = np.where(hit[..., None], faces[face], picture)
        nearest, mask = np.where(hit, enter, nearest), np.where(hit, 1.0, mask)
    return (np.concatenate([picture, mask[..., None]], -1) * 255).astype(np.uint8)


def standin_examples(scenes: int = 12, views: int = 6, seed: int = 3) -> Examples:
    """Scenes of box cars whose coefficients and texture determine what is seen, but for the sky."""
    random = np.random.default_rng(seed)
    pictures, azimuths, elevations, owners, coefficients, textures = [], [], [], [], [], []
    for scene in range(scenes):
        values = random.standard_normal(COEFFICIENTS).clip(-2, 2)
        width, height = 0.2 + 0.02 * values[0], 0.32 + 0.04 * values[1]
        half, waist = height / 2, 0.02 * values[2]
        cabin = 0.25 + 0.04 * values[3]
        boxes = np.array(
            [
                [[-width, -half, -0.5], [width, waist, 0.5]],
                [[-width * 0.9, waist, -cabin - 0.1], [width * 0.9, half, cabin - 0.1]],
            ]
        )
        paint = random.uniform(0.1, 0.9, 3)
        shades = np.array([0.7, 0.7, 0.4, 1.0, 0.5, 0.9])[:, None]
        faces = np.stack([np.clip(paint * shades, 0, 1), np.repeat([[0.15, 0.2, 0.25]], 6, 0) * shades])
        faces[0, 5] = [0.9, 0.9, 0.6]
        atlas = np.zeros((TEXTURE, TEXTURE, 3))
        atlas[:32], atlas[32:] = paint, [0.15, 0.2, 0.25]
        sky = random.uniform(0.3, 1.0, 3)
        for view in range(views):
            azimuth = (view + random.uniform()) / views * 360
            elevation = random.uniform(0, 30)
            pictures.append(draw_boxes(boxes, faces, -half, sky, np.deg2rad(azimuth), np.deg2rad(elevation)))
            azimuths.append(azimuth)
            elevations.append(elevation)
            owners.append(scene)
        coefficients.append(values)
        textures.append((atlas * 255).astype(np.uint8))
    return Examples(
        pictures=np.stack(pictures),
        azimuth=np.array(azimuths, np.float32),
        elevation=np.array(elevations, np.float32),
        scene=np.array(owners),
        coefficients=np.array(coefficients, np.float32),
        textures=np.stack(textures),
        cars=[f"box-{scene}" for scene in range(scenes)],
    )


def standin_projection(vertices: int = 20, seed: int = 5) -> np.ndarray:
    """A projection [K,V*3] for COEFFICIENTS coefficients."""
    return np.random.default_rng(seed).standard_normal((COEFFICIENTS, vertices * 3)).astype(np.float32) / vertices
