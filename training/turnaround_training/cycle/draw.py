"""Multi-views drawn by StyleGAN-R, in the layout of stage multiview."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from turnaround_training.cycle.settings import CycleSettings
from turnaround_training.device import device_of, moved
from turnaround_training.disentangle.load import StyleGanRun
from turnaround_training.gan.sheet import to_bytes
from turnaround_training.interruption import held_back
from turnaround_training.multiview.segment import cars_in
from turnaround_training.neural.examples import view_of
from turnaround_training.render.dataset import RenderDataset
from turnaround_training.views.settings import BIN_DEG, BINS

ELEVATIONS_DEG = (2.0, 10.0, 20.0)


def draw_views(opened: StyleGanRun, folder: Path, settings: CycleSettings) -> int:
    """Draw cars mixed from the samples' shapes, textures and backgrounds from all sides; returns how many there are.

    View codes are numbered azimuth by azimuth and elevation by elevation; a scene keeps one elevation. Pictures
    that show more than `most_cars` are left out. A stopped run goes on.
    """
    network, samples = opened.trainer.network.eval(), opened.samples
    device = device_of(network)
    dataset = RenderDataset(folder, opened.views.trained.size)
    done = {scene for scene, _ in dataset.done}
    azimuths = settings.azimuths
    degrees = np.arange(azimuths) * 360.0 / azimuths
    try:
        with held_back() as asked_to_stop:
            for scene in range(max(done, default=-1) + 1, settings.scenes):
                random = np.random.default_rng((settings.seed, scene))
                shape, paint, around = (torch.tensor([row]) for row in random.integers(len(samples), size=3))
                level = int(random.integers(len(ELEVATIONS_DEG)))
                with torch.no_grad():
                    code = network.background.encode(moved(samples.around[around], device))
                    parts = samples.offsets[shape], samples.texture[paint]
                    content = network.mapper_content(*(moved(part, device) for part in parts), code)
                    angles = view_of(degrees, np.full(azimuths, ELEVATIONS_DEG[level]))
                    view = network.mapper_view(moved(angles, device))
                    pictures = (network.generator(content + view) * 2 - 1).cpu()
                masks = opened.trainer.mask_of(pictures)
                for number, (picture, mask) in enumerate(zip(to_bytes(pictures), masks, strict=True)):
                    if cars_in(mask >= 0.5) > settings.most_cars:
                        continue
                    row = {
                        "scene": scene, "view": number, "view_code": level * azimuths + number,
                        "azimuth_bin": int(round(degrees[number] / BIN_DEG)) % BINS, "canonical": True,
                    }
                    alpha = (mask * 255 + 0.5).astype(np.uint8)[..., None]
                    dataset.append(row, np.concatenate([picture, alpha], -1).tobytes())
                if asked_to_stop.is_set():
                    raise KeyboardInterrupt
    finally:
        dataset.close()
    return dataset.rows
