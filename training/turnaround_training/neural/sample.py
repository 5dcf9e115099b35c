"""A new car that was never rendered: random shape, mixed and recoloured texture, a background met in training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from turnaround_training.device import device_of, moved
from turnaround_training.neural.examples import Examples, fetch, view_of
from turnaround_training.neural.networks import Networks
from turnaround_training.neural.sheet import to_bytes

SPREAD = 0.8
MIXED_IN = 0.25
AZIMUTH, ELEVATION = 35.0, 10.0
PICTURE = 512


def recoloured(texture: torch.Tensor, turn: float) -> torch.Tensor:
    """Rotate the hue of sRGB colours [3,H,W] about the grey axis by `turn` radians (Rodrigues)."""
    cosine, sine = np.cos(turn), np.sin(turn)
    cross = torch.tensor([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / np.sqrt(3.0)
    rotation = torch.eye(3) * cosine + cross * sine + torch.full((3, 3), (1.0 - cosine) / 3.0)
    return torch.einsum("ij,jhw->ihw", rotation.float().to(texture.device), texture).clamp(0.0, 1.0)


@torch.no_grad()
def sample(networks: Networks, examples: Examples, seed: int, azimuth: float = AZIMUTH) -> torch.Tensor:
    """Draw a random new car: coefficients ~ N(0,1) * SPREAD, one training atlas recoloured with a
    share of another, the background code of a training picture -> picture [3,128,128] sRGB."""
    random = np.random.default_rng(seed)
    rows = random.integers(len(examples.scene), size=3)
    device = device_of(networks)
    batch = moved(fetch(examples, rows, rows), device)
    coefficients = random.standard_normal((1, examples.coefficients.shape[1])).astype(np.float32) * SPREAD
    texture = torch.lerp(batch.texture[0], batch.texture[1], MIXED_IN)
    texture = recoloured(texture, random.uniform(0, 2 * np.pi))
    code = networks.background.encode(batch.around[2:])
    content = networks.mapper_content.combine(moved(torch.from_numpy(coefficients), device), texture[None], code)
    view = networks.mapper_view(moved(view_of(np.array([azimuth]), np.array([ELEVATION])), device))
    return networks.generator(content + view)[0]


def write_sample(path: Path, networks: Networks, examples: Examples, seed: int) -> None:
    """Write one sample as a 512 px picture (upscaled, Lanczos)."""
    picture = Image.fromarray(to_bytes(sample(networks, examples, seed)[None])[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((PICTURE, PICTURE), Image.LANCZOS).save(path)


def write_sample_sheet(path: Path, networks: Networks, examples: Examples, count: int) -> None:
    """Samples of seeds 0.. side by side, eight a row, to choose from."""
    tiles = to_bytes(torch.stack([sample(networks, examples, seed) for seed in range(count)]))
    lines = [np.concatenate(list(tiles[start : start + 8]), 1) for start in range(0, count - count % 8, 8)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(lines, 0)).save(path)
