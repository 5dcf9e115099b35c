"""Sample sheets: one grid of fixed codes at every checkpoint, so that progress shows place by place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from turnaround_training.device import device_of
from turnaround_training.gan.generator import Generator

COLUMNS, ROWS = 8, 6


def to_bytes(pictures: Tensor) -> np.ndarray:
    """[N,3,S,S] in -1..1 -> uint8 [N,S,S,3]."""
    return (pictures.clamp(-1, 1) * 127.5 + 128).byte().permute(0, 2, 3, 1).cpu().numpy()


def tiled(pictures: np.ndarray, columns: int) -> np.ndarray:
    """uint8 [R*columns,S,S,3] -> uint8 [R*S,columns*S,3]."""
    rows = pictures.reshape(-1, columns, *pictures.shape[1:])
    return np.concatenate([np.concatenate(list(row), 1) for row in rows], 0)


@torch.no_grad()
def write_sheet(path: Path, generator: Generator, size: int, fade: float, psi: float = 1.0, seed: int = 5) -> None:
    """Draw COLUMNS x ROWS fixed codes at `size` px to a PNG."""
    z = np.random.default_rng(seed).standard_normal((COLUMNS * ROWS, generator.mapping.mean.shape[0]))
    z = torch.from_numpy(z.astype(np.float32)).to(device_of(generator))
    w_plus = generator.spread(generator.mapping.truncated(z, psi))
    drawn = torch.cat([generator.synthesis.draw(part, size, fade) for part in w_plus.split(16)])
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(tiled(to_bytes(drawn), COLUMNS)).save(path)
