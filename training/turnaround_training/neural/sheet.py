"""Sample sheets: rows of cars, columns of azimuths, with the truth beside what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from turnaround_training.device import device_of, moved
from turnaround_training.neural.examples import Batch, Examples, fetch, view_of
from turnaround_training.neural.networks import Networks

COLUMNS = 8


def to_bytes(pictures: torch.Tensor) -> np.ndarray:
    """[N,3,S,S] sRGB -> uint8 [N,S,S,3]."""
    return (pictures.clamp(0, 1) * 255 + 0.5).byte().permute(0, 2, 3, 1).cpu().numpy()


@torch.no_grad()
def turned(networks: Networks, batch: Batch, azimuths: np.ndarray, elevation: float, size: int) -> torch.Tensor:
    """The first car of a batch seen from azimuths (degrees): [A,3,size,size]."""
    code = networks.background.encode(batch.around[:1])
    content = networks.mapper_content.combine(batch.coefficients[:1], batch.texture[:1], code)
    view = networks.mapper_view(moved(view_of(azimuths, np.full(len(azimuths), elevation)), code.device))
    return networks.generator.draw(content + view, size)[0]


@torch.no_grad()
def write_sheet(path: Path, networks: Networks, examples: Examples, size: int, rows: int, seed: int = 1) -> None:
    """Per car three pairs (truth, drawn) of its own pictures, then the car turned in steps of 45 degrees."""
    random = np.random.default_rng(seed)
    rows_of = examples.rows_of()
    lines = []
    for scene in random.permutation(len(rows_of))[:rows]:
        chosen = random.permutation(rows_of[scene])[:3]
        batch = moved(fetch(examples, chosen, np.roll(chosen, 1)), device_of(networks))
        truth = torch.nn.functional.avg_pool2d(batch.target, batch.target.shape[-1] // size)
        drawn = networks.draw(batch, size)[0]
        pairs = [tile for pair in zip(to_bytes(truth), to_bytes(drawn)) for tile in pair]
        around = to_bytes(turned(networks, batch, np.arange(COLUMNS) * 45.0, 8.0, size))
        blank = np.full((size, size * 2 * (3 - len(chosen)), 3), 128, np.uint8)
        lines.append(np.concatenate([*pairs, blank, *around], 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(lines, 0)).save(path)
