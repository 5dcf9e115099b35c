"""Stage ``segmenter``: train the car mask network on composed scenes. Config section [segmenter]."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from turnaround_training.checkpoint import identity_of
from turnaround_training.data.environments import load_backdrops
from turnaround_training.data.paths import Paths
from turnaround_training.data.scenes import SceneMaker
from turnaround_training.device import autocast, device_of, moved
from turnaround_training.processes import part_of
from turnaround_training.restore import started
from turnaround_training.segmenter.network import Segmenter, SegmenterForExport
from turnaround_training.trainer import Batch, TrainingPlan, train

OWN = ("size", "batch", "coarse_share")
"""Keys of [segmenter] beside the plan's."""
COARSE_SHARE = 0.6
REFRESH_CHANCE = 0.002
"""Chance per batch of looking for renders drawn since."""
EDGE_WEIGHT = 1.5


def run(config: dict) -> None:
    """Train (or go on training).

    [segmenter] takes the keys of TrainingPlan, ``size`` (256 px), ``batch`` (16) and ``coarse_share`` (COARSE_SHARE);
    ``start`` may also name an exported segmenter (.onnx).

    The first ``coarse_share`` of the time is spent at half the size with twice the batch, which shows the network about
    four times as many scenes.
    """
    section, paths = config.get("segmenter", {}), Paths.from_config(config)
    plan = TrainingPlan.from_section(section, "segmenter", OWN)
    size, batch = section.get("size", 256), part_of(section.get("batch", 16), "[segmenter] batch")
    coarse_share = section.get("coarse_share", COARSE_SHARE)
    renders, backdrops = paths.training_renders(), load_backdrops(paths.environments)

    def make_batch(generator: np.random.Generator, progress: float) -> Batch:
        if generator.random() < REFRESH_CHANCE:
            renders.refresh()
        coarse = progress < coarse_share
        maker = SceneMaker(renders, backdrops, size // 2 if coarse else size)
        samples = [maker.make(generator) for _ in range(batch * 2 if coarse else batch)]
        pictures, masks = (torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True))
        return {"picture": pictures.contiguous(memory_format=torch.channels_last), "mask": masks}

    fixed = make_batch(np.random.default_rng(0), 1.0)

    def write_sheet(network: torch.nn.Module, step: int) -> None:
        predicted = torch.sigmoid(network(moved(fixed["picture"], device_of(network)))).cpu()
        rows = [fixed["picture"], fixed["mask"].expand(-1, 3, -1, -1), predicted.expand(-1, 3, -1, -1)]
        sheet = torch.cat([torch.cat(tuple(row[:8]), 2) for row in rows], 1).permute(1, 2, 0)
        Image.fromarray((sheet.numpy() * 255).astype(np.uint8)).save(plan.run / "sheet.png")

    torch.manual_seed(plan.seed)
    network = Segmenter()
    plan, credited = started(plan, SegmenterForExport(network), lambda generator: make_batch(generator, 1.0)["picture"])
    cars = credited | set(renders.cars())
    train(network, plan, make_batch, segmenter_losses, identity_of("segmenter"), cars, write_sheet)


def segmenter_losses(network: torch.nn.Module, batch: Batch) -> dict[str, torch.Tensor]:
    """Cross-entropy, heavier near the mask's edge, and soft IoU loss 1 - |ab| / |a+b-ab| per picture."""
    with autocast(batch["picture"].device):
        logits = network(batch["picture"])
    logits, mask = logits.float(), batch["mask"]
    local = functional.avg_pool2d(mask, 9, 1, 4)
    weight = 1 + EDGE_WEIGHT * ((local > 0.02) & (local < 0.98)).float()
    entropy = (functional.binary_cross_entropy_with_logits(logits, mask, reduction="none") * weight).mean()
    return {"entropy": entropy, "iou": 0.5 * soft_iou_loss(torch.sigmoid(logits), mask).mean()}


def soft_iou_loss(predicted: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """1 - intersection / union of soft masks [N,1,H,W]; one value a picture. Empty against empty gives 0."""
    shared = (predicted * truth).sum((1, 2, 3))
    union = (predicted + truth - predicted * truth).sum((1, 2, 3))
    return 1 - (shared + 10) / (union + 10)
