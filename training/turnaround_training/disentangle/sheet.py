"""Sample sheets of StyleGAN-R: every row a car, as it was, as it comes back, then turned; last its texture and shape exchanged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from turnaround_training.disentangle.mapper import StyleGanR
from turnaround_training.disentangle.samples import Samples
from turnaround_training.neural.examples import view_of
from turnaround_training.neural.sheet import to_bytes

AZIMUTHS = np.arange(8) * 45.0


@torch.no_grad()
def write_sheet(path: Path, network: StyleGanR, samples: Samples, rows: int) -> None:
    """Draw the first samples to a PNG."""
    chosen = torch.arange(min(rows, len(samples)))
    other = chosen.roll(1)
    background = network.background.encode(samples.around[chosen])
    turned = view_of(AZIMUTHS, np.full(len(AZIMUTHS), 8.0))
    content = network.mapper_content(samples.offsets[chosen], samples.texture[chosen], background)
    view = network.mapper_view(samples.view[chosen])
    columns = [samples.picture(chosen)[:, :3], network.generator(content + view)]
    columns += [network.generator(content + network.mapper_view(one[None])) for one in turned]
    columns.append(network.generator(network.mapper_content(samples.offsets[chosen], samples.texture[other], background) + view))
    columns.append(network.generator(network.mapper_content(samples.offsets[other], samples.texture[chosen], background) + view))
    tiles = np.stack([to_bytes(column) for column in columns], 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in tiles], 0)).save(path)
