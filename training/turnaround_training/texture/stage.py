"""Stage ``texture``: train the completion of partial atlases. Config section [texture]."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file

from turnaround_training.checkpoint import identity_of
from turnaround_training.data.paths import Paths
from turnaround_training.device import autocast, choose_device, device_of, moved
from turnaround_training.encoder.dataset import TrueShapes
from turnaround_training.errors import StageError
from turnaround_training.neighbour_steps import neighbour_steps
from turnaround_training.processes import part_of
from turnaround_training.texture.atlases import RowAtlases, painted_atlases
from turnaround_training.texture.dataset import Sources, make_bank, make_batch
from turnaround_training.texture.network import TextureCompleter
from turnaround_training.trainer import Batch, TrainingPlan, train

OWN = ("batch", "size", "views")
"""Keys of [texture] beside the plan's."""
GRADIENT_WEIGHT = 1.0
COARSE_WEIGHT = 0.5
SHEET_PICTURES = 8
PAINTS = 4
"""Random paints a car, besides its own."""
OUTSIDE_WEIGHT = 0.1
"""Weight of texels outside the charts, which only filtering ever touches."""
REFRESH_CHANCE = 0.003
"""Chance per batch of looking for renders drawn since."""


def run(config: dict) -> None:
    """Train (or go on training).

    [texture] takes the keys of TrainingPlan, ``batch`` (12), ``size`` (128 texels), ``views`` (400 viewpoints).
    """
    section, paths = config.get("texture", {}), Paths.from_config(config)
    plan = TrainingPlan.from_section(section, "texture", OWN)
    size, batch = section.get("size", 128), part_of(section.get("batch", 12), "[texture] batch")
    sources = load_sources(paths, size, section.get("views", 400), plan.seed)
    covered = np.full(size * size, OUTSIDE_WEIGHT, np.float32)
    covered[sources.texels.index] = 1
    weight = torch.from_numpy(covered.reshape(1, 1, size, size)).to(choose_device(plan.device))

    def next_batch(generator: np.random.Generator, progress: float) -> Batch:
        if generator.random() < REFRESH_CHANCE:
            sources.renders.refresh()
        return make_batch(sources, batch, generator)

    def losses(network: torch.nn.Module, pairs: Batch) -> dict[str, torch.Tensor]:
        with autocast(pairs["partial"].device):
            texture = network(pairs["partial"])
        return texture_losses(texture.float(), pairs["truth"], weight)

    fixed = make_batch(sources, SHEET_PICTURES, np.random.default_rng(0))

    def write_sheet(network: torch.nn.Module, step: int) -> None:
        rows = (fixed["partial"][:, :3], network(moved(fixed["partial"], device_of(network))).cpu(), fixed["truth"])
        sheet = torch.cat([torch.cat(tuple(row), 2) for row in rows], 1).permute(1, 2, 0).contiguous()
        Image.fromarray((sheet.clamp(0, 1).numpy() * 255).astype(np.uint8)).save(plan.run / "sheet.png")

    identity = identity_of("texture", paths.template, size=size)
    cars = {*sources.renders.cars(), *sources.shapes.registered}
    torch.manual_seed(plan.seed)
    train(TextureCompleter(), plan, next_batch, losses, identity, cars, write_sheet)


def load_sources(paths: Paths, size: int, views: int, seed: int) -> Sources:
    """Template, registered cars and renders made ready; seeing ``views`` viewpoints takes some seconds."""
    template, registered = load_file(paths.template), paths.training_cars()
    random = np.random.default_rng(seed)
    shapes = [car.vertices for car in registered.values() if not car.held_out]
    if not shapes:
        raise StageError("All registered cars are held out or excluded. Run the template stage on training cars.")
    bank, texels = make_bank(
        template["uv"], template["parts"], template["faces"], np.stack(shapes), size, views, random
    )
    return Sources(
        atlases=painted_atlases(registered, PAINTS, size, random),
        parts=texels.part[texels.nearest].reshape(size, size),
        bank=bank, texels=texels, faces=template["faces"], renders=paths.training_renders(),
        shapes=TrueShapes(registered, template["mirror"]), row_atlases=RowAtlases(registered, size),
    )


def texture_losses(texture: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> dict[str, torch.Tensor]:
    """Mean difference of colours, of their steps between neighbouring texels and of 8 x 8 means, inside the charts."""
    error = (texture - truth) * weight
    coarse = torch.nn.functional.avg_pool2d(error, 8)
    return {
        "colour": 4 * error.abs().mean(),
        "coarse": 4 * COARSE_WEIGHT * coarse.abs().mean(),
        "steps": 4 * GRADIENT_WEIGHT * neighbour_steps(error),
    }
