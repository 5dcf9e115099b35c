"""Plans scenes and views. Everything is drawn from (seed, scene), so a plan can be made again at any time."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np

from turnaround_training.render.bend import bend, identity, random_bend
from turnaround_training.render.catalogue import Car, scene_weights
from turnaround_training.render.environments import Environment, light_label, shading
from turnaround_training.render.glb import CarGeometry

CANONICAL_DISTANCE = 2.4
"""Distance of the canonical framing (L); its field of view is 30 degrees."""
CANONICAL_FOV = 30.0
VIEWS = 8
"""Views a scene; FREE of them have a free distance, the others are canonical."""
FREE = 2
PAINTED = ("mask", "flat", "tint", "even_tint")
"""Paint modes that take a colour."""
SAME_HUE = {"shift": 0.0, "saturation": 1.0, "value": 1.0}
UNBENT_SHARE = 0.15
STUDIO_SHARE = 0.15
MAX_ELEVATION = 30.0


def scene_random(seed: int, scene: int, purpose: int) -> np.random.Generator:
    """A generator of its own for each purpose (0 car, 1 look, 2 views) of each scene."""
    return np.random.default_rng([seed, scene, purpose])


def choose_car(seed: int, scene: int, cars: Sequence[Car]) -> Car:
    """The first scenes show every car once, in random order; then cars are drawn by scene_weights."""
    if scene < len(cars):
        return cars[int(np.random.default_rng([seed, 77]).permutation(len(cars))[scene])]
    return cars[int(scene_random(seed, scene, 0).choice(len(cars), p=scene_weights(list(cars))))]


def plan_scene(
    seed: int, scene: int, car: Car, geometry: CarGeometry, environments: Sequence[Environment], held_out: bool
) -> dict:
    """One scene as the page needs it, with its views' index rows (all of a row but "row") under "views".

    All values are plain numbers, lengths in L; exposure, colours and light are linear unless they say sRGB.
    """
    random = scene_random(seed, scene, 1)
    unbent = random.random() < UNBENT_SHARE
    axles = (geometry.axle_front, geometry.axle_rear)
    parameters = identity(*axles) if unbent else random_bend(random, *axles)
    bent = bend(geometry.points, parameters, geometry.box)
    bent_box = np.stack([bent.min(axis=0), bent.max(axis=0)])
    environment = environments[int(random.integers(len(environments)))]
    rotation = float(random.uniform(0, 360))
    exposure = _exposure(random, environment, rotation)
    paint = [round(c, 4) for c in random_paint(random)] if car.paint_mode in PAINTED else None
    hue = _random_hue(random, car.brighten) if car.paint_mode == "hue" else SAME_HUE
    common = {
        "scene": scene,
        "car": car.id,
        "paint": paint,
        "paint_mode": car.paint_mode,
        "hue_shift": hue["shift"],
        "saturation_scale": hue["saturation"],
        "value_scale": hue["value"],
        "bend": parameters,
        "box": geometry.box.round(6).tolist(),
        "bent_box": bent_box.round(6).tolist(),
        "environment": environment.name,
        "environment_rotation_deg": round(rotation, 4),
        "exposure": round(exposure, 6),
        "held_out": held_out,
    }
    backdrop = _random_backdrop(random, environment, exposure)
    target = [round(float(v), 6) for v in (0.0, 0.5 * (bent_box[0, 1] + bent_box[1, 1]), 0.0)]
    return {
        "scene": scene,
        "car": {
            "id": car.id,
            "roles": car.roles,
            "paintMode": car.paint_mode,
            "centre": geometry.centre.tolist(),
            "length": geometry.length,
        },
        "bend": parameters,
        "box": geometry.box.tolist(),
        "look": {"paint": paint, **hue, **_random_materials(random)},
        "light": _page_light(environment, rotation, exposure),
        "backdrop": backdrop,
        "views": [
            {**common, **view, "target": target, "light": _view_light(environment, rotation, exposure, view)}
            for view in plan_views(seed, scene)
        ],
    }


def plan_views(seed: int, scene: int) -> list[dict]:
    """VIEWS viewpoints: azimuths spread evenly with jitter, elevations mostly low, FREE of them not canonical."""
    random = scene_random(seed, scene, 2)
    turns = (random.uniform() + np.arange(VIEWS) / VIEWS + random.uniform(-0.5, 0.5, VIEWS) / VIEWS) % 1.0
    views = []
    for number, turn in enumerate(random.permutation(turns)):
        canonical = number % (VIEWS // FREE) != 1
        distance = CANONICAL_DISTANCE if canonical else float(np.exp(random.uniform(np.log(1.3), np.log(5.0))))
        half_height = CANONICAL_DISTANCE * np.tan(np.deg2rad(CANONICAL_FOV / 2)) * random.uniform(0.97, 1.15)
        fov = CANONICAL_FOV if canonical else float(np.rad2deg(2 * np.arctan(half_height / distance)))
        views.append(
            {
                "view": number,
                "azimuth_deg": round(float(turn * 360), 4),
                "elevation_deg": round(float(MAX_ELEVATION * random.uniform() ** 1.7), 4),
                "roll_deg": 0,
                "distance": round(distance, 5),
                "fov_deg": round(fov, 4),
                "canonical": canonical,
            }
        )
    return views


def random_paint(random: np.random.Generator) -> tuple[float, float, float]:
    """sRGB of a car's paint, roughly as often as on the road: white, black, greys, then colours."""
    kind = random.choice(5, p=[0.2, 0.15, 0.25, 0.25, 0.15])
    if kind == 0:
        grey = random.uniform(0.82, 0.95)
        return tuple(float(np.clip(grey + d, 0, 0.96)) for d in random.normal(0, 0.012, 3))
    if kind == 1:
        grey = random.uniform(0.03, 0.13)
        return tuple(float(np.clip(grey + d, 0.01, 1)) for d in random.normal(0, 0.012, 3))
    if kind == 2:
        grey = random.uniform(0.2, 0.78)
        return tuple(float(np.clip(grey + d, 0, 1)) for d in random.normal(0, 0.02, 3))
    if kind == 3:
        hue = random.choice([0.0, 0.6]) + random.normal(0, 0.025)
        return colorsys.hsv_to_rgb(hue % 1.0, random.uniform(0.55, 1.0), random.uniform(0.25, 0.9))
    return colorsys.hsv_to_rgb(random.uniform(), random.uniform(0.3, 1.0), random.uniform(0.3, 0.95))


def _random_hue(random: np.random.Generator, brighten: float) -> dict[str, float]:
    if random.random() < 0.2:
        return {"shift": 0.0, "saturation": 1.0, "value": brighten}
    grey = random.random() < 0.35
    return {
        "shift": round(float(random.uniform(-180, 180)), 3),
        "saturation": round(float(random.uniform(0.0, 0.12) if grey else random.uniform(0.7, 1.1)), 4),
        "value": round(float(brighten * np.exp(random.uniform(np.log(0.35), np.log(1.4)))), 4),
    }


def _random_materials(random: np.random.Generator) -> dict[str, float | list[float]]:
    glass = random.uniform(0.004, 0.05)
    rim = random.uniform(0.05, 0.9)
    return {
        "roughness": round(float(random.uniform(0.3, 0.7)), 4),
        "metalness": round(float(random.choice([0.0, random.uniform(0.0, 0.45)])), 4),
        "clearcoat": round(float(random.uniform(0.4, 1.0)), 4),
        "clearcoatRoughness": round(float(random.uniform(0.02, 0.2)), 4),
        "glass": [round(float(glass * f), 5) for f in random.uniform(0.85, 1.15, 3)],
        "glassRoughness": round(float(random.uniform(0.02, 0.12)), 4),
        "rim": round(float(rim), 4),
        "rimMetalness": round(float(random.uniform(0.0, 0.6)), 4),
    }


def _exposure(random: np.random.Generator, environment: Environment, rotation: float) -> float:
    """Makes the mean shading of a white car's upper and side surfaces about 0.85, give or take 0.4 stops."""
    angles = np.deg2rad(np.arange(0, 360, 30))
    sides = np.stack([np.cos(angles), np.full_like(angles, 0.15), np.sin(angles)], axis=1)
    normals = np.concatenate([sides / np.linalg.norm(sides, axis=1, keepdims=True), np.tile([0.0, 1.0, 0.0], (4, 1))])
    mean = float(shading(light_label(environment, rotation), normals).mean())
    return 0.85 / max(mean, 1e-6) * float(2 ** np.clip(random.normal(0, 0.4), -0.8, 0.7))


def _view_light(environment: Environment, rotation: float, exposure: float, view: dict) -> list[list[float]]:
    """The label [9,3]: turning the car by -azimuth under a fixed map is turning the map by +azimuth in car space."""
    return (light_label(environment, rotation + view["azimuth_deg"]) * exposure).round(6).tolist()


def _page_light(environment: Environment, rotation: float, exposure: float) -> dict:
    return {
        "environment": environment.name,
        "rotationDeg": rotation,
        "exposure": exposure,
        "sunIrradiance": (environment.sun_irradiance * exposure).tolist(),
        "sunDirection": environment.sun_direction.tolist(),
    }


def _random_backdrop(random: np.random.Generator, environment: Environment, exposure: float) -> dict:
    """What is behind and below the car; colours are linear radiance including exposure."""
    up = shading(light_label(environment, 0.0), np.array([[0.0, 1.0, 0.0]]))[0] * exposure
    sun_up = environment.sun_irradiance * max(float(environment.sun_direction[1]), 0.0) / np.pi * exposure
    albedo = random.uniform(0.1, 0.45) * np.clip(1 + random.normal(0, 0.06, 3), 0.7, 1.3)
    wall = random.uniform(0.02, 0.9) * np.clip(1 + random.normal(0, 0.15, 3), 0.4, 1.5)
    groundless = "puresky" in environment.name
    return {
        "studio": bool(random.random() < STUDIO_SHARE),
        "wall": np.clip(wall, 0, 1).tolist(),
        "ground": np.clip(albedo * np.maximum(up, 0.0), 0, 1.5).tolist(),
        "groundMix": 1.0 if groundless else float(random.choice([0.0, 0.5, 1.0], p=[0.5, 0.2, 0.3])),
        "noise": float(random.uniform(0.02, 0.22)),
        "radius": float(np.exp(random.uniform(np.log(4.0), np.log(14.0)))),
        "height": float(random.uniform(0.28, 0.5)),
        "blur": float(random.choice([0.0, random.uniform(0.0, 2.8)])),
        "sunShare": float(np.clip(sun_up.sum() / max(up.sum(), 1e-6), 0.0, 0.95)),
        "contact": float(random.uniform(0.75, 0.95)),
    }
