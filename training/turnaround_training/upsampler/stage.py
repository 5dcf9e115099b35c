"""Stage ``upsampler``: train the neural view's doubling on renders. Config section [upsampler]."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from turnaround_training.checkpoint import identity_of
from turnaround_training.data.paths import Paths
from turnaround_training.device import autocast, choose_device, device_of, moved
from turnaround_training.errors import StageError
from turnaround_training.neighbour_steps import neighbour_steps
from turnaround_training.neural.layers import twice_smooth
from turnaround_training.processes import part_of
from turnaround_training.trainer import Batch, TrainingPlan, train
from turnaround_training.upsampler.dataset import make_batch
from turnaround_training.upsampler.network import Upsampler

OWN = ("batch", "side")
"""Keys of [upsampler] beside the plan's."""
SHEET_PICTURES = 6
REFRESH_CHANCE = 0.003
"""Chance per batch of looking for renders drawn since."""


def run(config: dict) -> None:
    """Train (or go on training).

    [upsampler] takes the keys of TrainingPlan, ``batch`` (16) and ``side`` (96: pixels of the pieces it learns to
    draw, even, at most 256).
    """
    section, paths = config.get("upsampler", {}), Paths.from_config(config)
    plan = TrainingPlan.from_section(section, "upsampler", OWN)
    batch, side = part_of(section.get("batch", 16), "[upsampler] batch"), section.get("side", 96)
    renders = paths.training_renders()
    if side % 2 or not 8 <= side <= renders.pictures.shape[1]:
        raise StageError(f"[upsampler] side is even, 8 to {renders.pictures.shape[1]}, not {side}.")

    def next_batch(generator: np.random.Generator, progress: float) -> Batch:
        if generator.random() < REFRESH_CHANCE:
            renders.refresh()
        return make_batch(renders, batch, side, generator)

    def losses(network: torch.nn.Module, pairs: Batch) -> dict[str, torch.Tensor]:
        with autocast(pairs["small"].device):
            picture = network(pairs["small"])
        return upsampler_losses(picture.float(), pairs["truth"])

    fixed = make_batch(renders, SHEET_PICTURES, renders.pictures.shape[1], np.random.default_rng(0))

    def write_sheet(network: torch.nn.Module, step: int) -> None:
        drawn = network(moved(fixed["small"], device_of(network))).cpu()
        rows = (twice_smooth(fixed["small"]), drawn, fixed["truth"])
        sheet = torch.cat([torch.cat(tuple(row), 2) for row in rows], 1).permute(1, 2, 0).contiguous()
        Image.fromarray((sheet.clamp(0, 1).numpy() * 255 + 0.5).astype(np.uint8)).save(plan.run / "sheet.png")

    torch.manual_seed(plan.seed)
    train(Upsampler(), plan, next_batch, losses, identity_of("upsampler"), set(renders.cars()), write_sheet)


def upsampler_losses(picture: torch.Tensor, truth: torch.Tensor) -> dict[str, torch.Tensor]:
    """Mean difference of colours [N,3,S,S], and of their steps between neighbouring pixels: edges count twice."""
    error = picture - truth
    return {"colour": error.abs().mean(), "steps": neighbour_steps(error)}
