"""The upsampler on held-out renders."""

from __future__ import annotations

import numpy as np
import torch

from turnaround_training.evaluate.bench import CHUNK, Bench
from turnaround_training.evaluate.table import Table, figures_table
from turnaround_training.neural.layers import twice_smooth
from turnaround_training.upsampler.dataset import made_small

SOFTNESS = {"": 0.0, "soft_": 0.6}
"""Deviations, in small pixels, of the blur before doubling."""
NOTE = "PSNR (dB, whole pictures) of held-out renders made half as large, as they are or softened, and doubled again."


def upsampler_table(bench: Bench) -> Table:
    """Mean PSNR of the model beside bilinear doubling."""
    squares: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(bench.held_out_rows), CHUNK):
        rows = bench.held_out_rows[start : start + CHUNK]
        truth = torch.from_numpy(np.ascontiguousarray(bench.held_out.pictures[rows, ..., :3]))
        truth = truth.permute(0, 3, 1, 2).float() / 255
        for name, deviation in SOFTNESS.items():
            small = made_small(truth, np.full(len(truth), deviation))
            model = torch.from_numpy(bench.models.run("upsampler", picture=small.numpy())["doubled"])
            for maker, drawn in (("model", model), ("bilinear", twice_smooth(small))):
                error = (drawn - truth).square().mean((1, 2, 3)).numpy()
                squares.setdefault(f"held_out_renders_{name}psnr_{maker}", []).append(error)
    figures = [
        ("upsampler", name, float(np.mean(-10 * np.log10(np.maximum(np.concatenate(errors), 1e-10)))))
        for name, errors in squares.items()
    ]
    return figures_table("Upsampler on held-out renders", NOTE, figures)
