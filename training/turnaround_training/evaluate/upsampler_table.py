"""The upsampler on held-out renders."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from turnaround_training.evaluate.bench import CHUNK, Bench
from turnaround_training.evaluate.sheet import Sheet, grid
from turnaround_training.evaluate.table import Table, figures_table
from turnaround_training.neural.layers import twice_smooth
from turnaround_training.neural.sheet import to_bytes
from turnaround_training.upsampler.dataset import made_small

SOFTNESS = {"": 0.0, "soft_": 0.6}
"""Deviations, in small pixels, of the blur before doubling."""
ROWS = 5
CAPTION = (
    "Held-out renders, one a row, made half as large and doubled again: bilinearly, then by the model; beside them the "
    "truth."
)
NOTE = "PSNR (dB, whole pictures) of held-out renders made half as large, as they are or softened, and doubled again."


def upsampler_table(bench: Bench) -> Table:
    """Mean PSNR of the model beside bilinear doubling."""
    squares: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(bench.held_out_rows), CHUNK):
        truth = _renders(bench, bench.held_out_rows[start : start + CHUNK])
        for name, deviation in SOFTNESS.items():
            for maker, drawn in _doubled(bench, truth, deviation).items():
                error = (drawn - truth).square().mean((1, 2, 3)).numpy()
                squares.setdefault(f"held_out_renders_{name}psnr_{maker}", []).append(error)
    figures = [
        ("upsampler", name, float(np.mean(-10 * np.log10(np.maximum(np.concatenate(errors), 1e-10)))))
        for name, errors in squares.items()
    ]
    table = figures_table("Upsampler on held-out renders", NOTE, figures)
    truth = _renders(bench, bench.sheet_rows(bench.held_out_rows, ROWS))
    columns = {name: to_bytes(drawn) for name, drawn in (_doubled(bench, truth, 0.0) | {"truth": truth}).items()}
    table.sheets.append(Sheet("upsampler", CAPTION, grid(columns)))
    return table


def _renders(bench: Bench, rows: np.ndarray) -> Tensor:
    """Pictures [N,3,256,256] in 0..1."""
    pictures = torch.from_numpy(np.ascontiguousarray(bench.held_out.pictures[rows, ..., :3]))
    return pictures.permute(0, 3, 1, 2).float() / 255


def _doubled(bench: Bench, truth: Tensor, deviation: float) -> dict[str, Tensor]:
    """Pictures made half as large, softened, and doubled again, by who doubles them."""
    small = made_small(truth, np.full(len(truth), deviation))
    model = torch.from_numpy(bench.models.run("upsampler", picture=small.numpy())["doubled"])
    return {"bilinear": twice_smooth(small), "model": model}
