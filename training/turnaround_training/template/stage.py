"""Stage `template`: writes models/template.safetensors and runs/template/registered.npz from the car GLBs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from turnaround_training.checkpoint import write_whole
from turnaround_training.sections import read_section
from turnaround_training.template.atlas import build_atlas
from turnaround_training.template.bake import bake, paint_materials, texel_map
from turnaround_training.template.basis import BENDS, COMPONENTS, bent_variants, coefficients_of, span_basis
from turnaround_training.template.car import HELD_OUT, load_records
from turnaround_training.template.fit import Prepared, fit_all, prepare, weights_of
from turnaround_training.template.icosphere import icosphere, mirror_map, symmetrise
from turnaround_training.template.measure import crossings, flipped_share, silhouette_iou, surface_distance
from turnaround_training.template.outer import DIRECTIONS
from turnaround_training.template.parts import label_parts
from turnaround_training.template.register import normalise
from turnaround_training.template.registered import RegisteredCar, save_registered
from turnaround_training.template.sheets import draw_sheets
from turnaround_training.template.template_file import Template, read_template, write_template

SUBDIVISIONS = 4
SEED = 11
Shapes = dict[str, np.ndarray]
"""Registered vertices [n,3] by car"""


@dataclass(frozen=True)
class Settings:
    """[template] of the config; paths relative to training/."""

    assets: Path = Path("../../shared/assets/cars")
    models: Path = Path("../models")
    out: Path = Path("runs/template")
    exclude: tuple[str, ...] = ()
    """Cars that are left out as if the folder did not hold them."""
    held_out: tuple[str, ...] = HELD_OUT
    """Cars that are registered, but that neither mean nor basis is made of."""
    subdivisions: int = SUBDIVISIONS
    directions: int = DIRECTIONS
    keep: bool = False
    """Register the cars to the template that lies in models already, and leave that file as it is."""


def run(config: dict) -> None:
    """Register every car; write the template, unless it is kept, and what is known of the cars."""
    settings = read_section(Settings, config.get("template", {}), "template")
    sphere, faces = icosphere(settings.subdivisions)
    mirror = mirror_map(sphere)
    file = settings.models / "template.safetensors"
    kept = read_template(file, faces, mirror) if settings.keep else None
    records = load_records(settings.assets, settings.exclude, settings.held_out)
    prepared = [prepare(settings.assets, record, settings.directions) for record in records]
    print(f"template: prepared {len(prepared)} cars", flush=True)

    def say(text: str) -> None:
        print(f"template: {text}", flush=True)

    shapes, _ = fit_all(prepared, faces, mirror, settings.subdivisions, say)
    template = kept or _template(prepared, shapes, faces, mirror)
    if kept is None:
        write_template(file, template, faces, mirror)
        say(f"wrote {file}")
    finish(settings, prepared, shapes, faces, template)


def finish(settings: Settings, prepared: list[Prepared], shapes: Shapes, faces: np.ndarray, template: Template) -> None:
    """Everything after registration and template: baked textures, registered.npz, figures, sheets."""
    texels = texel_map(template.uv)
    registered = []
    for p in prepared:
        mode, takes = paint_materials(p.car, settings.assets)
        albedo, paint = bake(p.car, p.surface, shapes[p.car.id], faces, texels, mode, takes)
        vertices, yaw_deg = shapes[p.car.id].astype(np.float32), float(np.degrees(p.yaw))
        known = (p.car.id, p.car.body, p.car.held_out, vertices, albedo, paint, mode, yaw_deg, p.shift, p.scale)
        registered.append(RegisteredCar(*known))
    save_registered(settings.out / "registered.npz", registered)
    print(f"template: wrote {settings.out / 'registered.npz'}", flush=True)
    mean, basis = template.vertices, template.basis
    report = _figures(prepared, shapes, faces, mean, basis)
    write_whole(settings.out / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    draw_sheets(settings.out, prepared, registered, mean, faces, template.uv, template.parts, basis)


def _template(prepared: list[Prepared], shapes: Shapes, faces: np.ndarray, mirror: np.ndarray) -> Template:
    """Mean, basis, atlas and parts of the registered cars."""
    cars = [p.car for p in prepared]
    weights = weights_of(cars)
    mean = normalise(symmetrise(sum(w * shapes[c.id] for w, c in zip(weights, cars)), mirror))
    basis = _basis(mean, prepared, shapes, weights, mirror)
    uv, _ = build_atlas(mean, faces, mirror)
    parts = label_parts(mean, faces, mirror, [(shapes[p.car.id], p.target, w) for p, w in zip(prepared, weights)])
    return Template(mean, basis, uv, parts)


def _basis(
    mean: np.ndarray, prepared: list[Prepared], shapes: Shapes, weights: np.ndarray, mirror: np.ndarray
) -> np.ndarray:
    random = np.random.default_rng(SEED)
    stack, shares = [], []
    bends = max(BENDS, -(-2 * COMPONENTS // np.count_nonzero(weights)))
    for p, w in zip(prepared, weights):
        if w == 0:
            continue
        shape = shapes[p.car.id]
        stack += [shape[None], bent_variants(shape, p.car.wheels.centre[:, 2], mirror, bends, random)]
        shares += [w / 2] + [w / 2 / bends] * bends
    return span_basis(mean, np.concatenate(stack), np.array(shares), mirror, COMPONENTS)


def _figures(prepared: list[Prepared], shapes: Shapes, faces: np.ndarray, mean: np.ndarray, basis: np.ndarray) -> dict:
    """Fit of every car, its medians, and how well the basis rebuilds it (vertex distances in car lengths).

    Where the template is kept, rebuilt_40 of training cars says whether they were registered as its own were.
    """
    cars = {}
    for p in prepared:
        v = shapes[p.car.id]
        average, p95 = surface_distance(p.surface, v, faces)
        cars[p.car.id] = {"held_out": p.car.held_out, "silhouette_iou": silhouette_iou(p.car, v, faces),
                          "distance_mean": average, "distance_p95": p95, "flipped_share": flipped_share(v, faces),
                          "crossing_faces": crossings(v, faces)}
        for k in (10, 20, 40) if p.car.held_out else (40,):
            c = coefficients_of(mean, basis[:k], v)
            rebuilt = mean + np.tensordot(c, basis[:k], 1)
            cars[p.car.id][f"rebuilt_{k}"] = {
                "vertex_distance": float(np.linalg.norm(rebuilt - v, axis=1).mean()),
                "silhouette_iou": silhouette_iou(p.car, rebuilt, faces)}
    keys = ("silhouette_iou", "distance_mean", "distance_p95", "flipped_share", "crossing_faces")
    median = {k: float(np.median([c[k] for c in cars.values()])) for k in keys}
    print("template: medians " + ", ".join(f"{k} {v:.4f}" for k, v in median.items()), flush=True)
    return {"median": median, "cars": cars}
