"""Sample sheets of StyleGAN-R: a row a car, as it was, as it comes back, turned, with another's texture and shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from turnaround_training.device import device_of, moved
from turnaround_training.disentangle.mapper import StyleGanR
from turnaround_training.disentangle.samples import Samples
from turnaround_training.neural.examples import view_of
from turnaround_training.neural.sheet import to_bytes

AZIMUTHS = np.arange(8) * 45.0


@torch.no_grad()
def write_sheet(path: Path, network: StyleGanR, samples: Samples, rows: int) -> None:
    """Draw the first samples to a PNG."""
    chosen = torch.arange(min(rows, len(samples)))
    device = device_of(network)
    offsets, texture, around = (
        moved(part[chosen], device) for part in (samples.offsets, samples.texture, samples.around)
    )
    background = network.background.encode(around)
    turned = moved(view_of(AZIMUTHS, np.full(len(AZIMUTHS), 8.0)), device)
    content = network.mapper_content(offsets, texture, background)
    view = network.mapper_view(moved(samples.view[chosen], device))
    columns = [samples.picture(chosen)[:, :3], network.generator(content + view)]
    columns += [network.generator(content + network.mapper_view(one[None])) for one in turned]
    columns.append(network.generator(network.mapper_content(offsets, texture.roll(1, 0), background) + view))
    columns.append(network.generator(network.mapper_content(offsets.roll(1, 0), texture, background) + view))
    tiles = np.stack([to_bytes(column) for column in columns], 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in tiles], 0)).save(path)
