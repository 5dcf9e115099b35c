"""Stage ``inverse``: train f through the differentiable renderer. Config section [inverse] (settings.py)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from turnaround_training.checkpoint import Identity, identity_of, load_checkpoint, write_whole
from turnaround_training.data.paths import Paths
from turnaround_training.device import choose_device
from turnaround_training.encoder.dataset import TrueShapes
from turnaround_training.encoder.stage import shape_space
from turnaround_training.inverse.batches import batch_of, choose, make_batch
from turnaround_training.inverse.cameras import CameraTable
from turnaround_training.inverse.measure import measures_of
from turnaround_training.inverse.network import InverseGraphics
from turnaround_training.inverse.objective import Learner, Objective
from turnaround_training.inverse.perceptual import PerceptualDistance
from turnaround_training.inverse.settings import Settings, read_settings
from turnaround_training.inverse.sheet import draw_sheet
from turnaround_training.inverse.surface import Smoothness
from turnaround_training.inverse.views import Views, read_views
from turnaround_training.processes import is_first, part_of
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.trainer import Batch, TrainingPlan, cars_seen, checkpoint_path, load_average, train

SHEET_CARS = 6
CAMERA_NAMES = ("azimuth_deg", "elevation_deg", "roll_deg", "distance", "fov_deg", "offset_right", "offset_down")


@dataclass(frozen=True)
class Parts:
    """Everything that a run is made of."""

    settings: Settings
    plan: TrainingPlan
    paths: Paths
    registered: dict[str, RegisteredCar]
    views: Views
    shapes: TrueShapes | None
    learner: Learner
    objective: Objective
    identity: Identity

    def batch(self, generator: np.random.Generator, progress: float) -> Batch:
        """A seeded batch of views."""
        cars = part_of(self.settings.cars, "[inverse] cars")
        made = make_batch(self.views, cars, self.objective.each, generator, self.shapes)
        return made | {"progress": torch.tensor(progress)}

    def load_if_trained(self) -> None:
        """Take the averaged weights of the run's checkpoint where there is one."""
        if checkpoint_path(self.plan.run).exists():
            load_average(self.learner, self.plan.run, self.identity)


def parts_of(config: dict) -> Parts:
    """Read the config and what it names; raises StageError that says what is missing."""
    settings, plan = read_settings(config)
    paths = Paths.from_config(config)
    template, registered = load_file(paths.template), paths.training_cars()
    each = 2 if settings.pairs else 1
    views = read_views(settings.sources, settings.elevation_deg, each, registered, paths.exclude)
    space = shape_space(template)
    torch.manual_seed(plan.seed)
    network = InverseGraphics(space, torch.from_numpy(template["mirror"]))
    if settings.start:
        start = checkpoint_path(Path(settings.start))
        network.start_from(load_checkpoint(start, identity_of("encoder", paths.template))["average"])
    mesh = Mesh.of(template["faces"], template["uv"])
    perceptual = PerceptualDistance.of_run(Path(settings.perceptual)) if settings.perceptual else None
    device = choose_device(plan.device)
    smoothness = Smoothness(space.mean, template["faces"]).on(device)
    objective = Objective(settings, mesh, smoothness, perceptual.on(device) if perceptual else None)
    identity = identity_of("inverse", paths.template)
    taught = settings.weights.true_shape > 0 or settings.weights.true_light > 0
    shapes = TrueShapes(registered, template["mirror"]) if taught else None
    learner = Learner(network, CameraTable(views.cameras)).to(device)
    return Parts(settings, plan, paths, registered, views, shapes, learner, objective, identity)


def run(config: dict) -> None:
    """Train (or go on training), then measure.

    A run writes checkpoint.pt, log.jsonl, sheet.png, cameras.json and measures.json.
    """
    parts = parts_of(config)
    generator = np.random.default_rng(0)
    shown = choose(parts.views, SHEET_CARS, parts.objective.each, generator)
    chosen = [(folder, row, False) for folder, row, _ in shown]
    fixed = batch_of(parts.views, chosen, None)

    def report(learner: torch.nn.Module, step: int) -> None:
        draw_sheet(parts.objective, learner, fixed).save(parts.plan.run / "sheet.png")
        write_whole(parts.plan.run / "cameras.json", json.dumps(found_cameras(learner.cameras), indent=1).encode())

    train(parts.learner, parts.plan, parts.batch, parts.objective, parts.identity, cars_behind(parts), report)
    if not is_first():
        return
    load_average(parts.learner, parts.plan.run, parts.identity)
    with torch.no_grad():
        measures = measures_of(parts.learner.network, parts.objective.mesh, parts.settings.measured, parts.paths)
    write_whole(parts.plan.run / "measures.json", json.dumps(measures, indent=1).encode())
    print(json.dumps(measures, indent=1))


def cars_behind(parts: Parts) -> set[str]:
    """Cars that f owes what it learns to: those shown and those that its start has seen.

    Behind pictures of the GAN, and weights that don't say, stand all training cars.
    """
    start, cars = parts.settings.start, parts.views.car_names()
    seen = cars_seen(Path(start), identity_of("encoder", parts.paths.template)) if start else []
    if seen is None or parts.views.shows_nameless():
        cars |= {name for name, car in parts.registered.items() if not car.held_out}
    return cars | set(seen or [])


def found_cameras(cameras: CameraTable) -> list[dict[str, float]]:
    """The unknown cameras as they stand, in degrees and car lengths, with how far their azimuths have turned."""
    with torch.no_grad():
        numbers = cameras(cameras.unknown.nonzero()[:, 0]).cpu().double().tolist()
        turns = cameras.moves()[:, 0].cpu().double().tolist()
    found = []
    for row, turn in zip(numbers, turns, strict=True):
        fov = 2 * math.degrees(math.atan(math.exp(row[4])))
        values = [*map(math.degrees, row[:3]), math.exp(row[3]), fov, *row[5:]]
        camera = {name: round(value, 4) for name, value in zip(CAMERA_NAMES, values, strict=True)}
        found.append(camera | {"turned_deg": round(math.degrees(turn), 3)})
    return found
