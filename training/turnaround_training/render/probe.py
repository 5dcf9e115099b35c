"""Checks the light label: draws a white Lambert sphere in the page and compares it with the label's formula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turnaround_training.render.environments import Environment, light_label, shading
from turnaround_training.render.repaint import to_linear

RADIUS = 0.25
DISTANCE = 2.4
FOV = 15.0


def probe_job(number: int, environment: Environment, rotation: float, azimuths: Sequence[float]) -> dict:
    """A scene with the sphere instead of a car; exposed so that its mean shading is 0.4."""
    angles = np.random.default_rng(0).normal(size=(500, 3))
    normals = angles / np.linalg.norm(angles, axis=1, keepdims=True)
    exposure = 0.4 / float(shading(light_label(environment, rotation), normals).mean())
    return {
        "key": f"probe-{number}",
        "scene": number,
        "car": {"id": "probe"},
        "bend": {},
        "box": [],
        "look": {},
        "light": {
            "environment": environment.name,
            "rotationDeg": rotation,
            "exposure": exposure,
            "sunIrradiance": (environment.sun_irradiance * exposure).tolist(),
            "sunDirection": environment.sun_direction.tolist(),
        },
        "backdrop": {
            "studio": True,
            "wall": [0.1, 0.1, 0.1],
            "ground": [0.1, 0.1, 0.1],
            "groundMix": 1.0,
            "noise": 0.0,
            "radius": 5.0,
            "height": 0.3,
            "blur": 0.0,
            "sunShare": 0.0,
            "contact": 0.0,
        },
        "views": [
            {
                "view": view,
                "azimuth_deg": azimuth,
                "elevation_deg": 20.0,
                "distance": DISTANCE,
                "fov_deg": FOV,
                "target": [0.0, RADIUS, 0.0],
                "light": (light_label(environment, rotation + azimuth) * exposure).tolist(),
            }
            for view, azimuth in enumerate(azimuths)
        ],
    }


def compare(picture: np.ndarray, view: dict) -> np.ndarray:
    """picture uint8 [S,S,4] of the sphere -> linear differences drawn - formula [M,3] of its unclipped pixels."""
    size = picture.shape[0]
    normals, inside = sphere_normals(size, view)
    drawn = to_linear(picture[..., :3] / 255.0)[inside]
    expected = shading(np.array(view["light"]), normals[inside])
    usable = (drawn.max(axis=1) < 0.98) & (expected.max(axis=1) < 0.98) & (picture[..., 3][inside] == 255)
    return (drawn - np.maximum(expected, 0.0))[usable]


def sphere_normals(size: int, view: dict) -> tuple[np.ndarray, np.ndarray]:
    """Normals [S,S,3] in car space where pixels' rays meet the sphere, and where they do [S,S]."""
    azimuth, elevation = np.deg2rad(view["azimuth_deg"]), np.deg2rad(view["elevation_deg"])
    towards = np.array(
        [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)]
    )
    forward = -towards
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    steps = ((np.arange(size) + 0.5) / size * 2 - 1) * np.tan(np.deg2rad(view["fov_deg"] / 2))
    rays = forward + steps[None, :, None] * right - steps[:, None, None] * up
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    origin = towards * view["distance"]
    b = rays @ origin
    root = b * b - (origin @ origin - RADIUS * RADIUS)
    distance = -b - np.sqrt(np.maximum(root, 0.0))
    return (origin + distance[..., None] * rays) / RADIUS, root > 0
