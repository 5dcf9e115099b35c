"""Sample sheet: what f saw, its drawing in that view, another view of the car, the drawing in that one, the texture."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from turnaround_training.device import device_of, moved
from turnaround_training.inverse.cameras import crop_cameras
from turnaround_training.inverse.objective import Learner, Objective
from turnaround_training.trainer import Batch


def draw_sheet(objective: Objective, learner: Learner, batch: Batch) -> Image.Image:
    """One column an item; with pairs the third and fourth rows are the partner's picture and the drawing there."""
    batch = moved(batch, device_of(learner))
    prediction = learner.network(batch["crop"])
    camera = crop_cameras(learner.cameras(batch["camera"]), batch)
    shape, view = objective.orders(len(batch["crop"]), batch["crop"].device)
    drawing = objective.draw(prediction, camera, shape, view, objective.settings.sigmainv[1], batch["mask"].shape[-1])
    count = len(batch["crop"])
    drawn = drawing.colour + 0.5 * (1 - drawing.coverage)
    rows = [batch["crop"][:, :3]]
    for start in range(0, len(view), count):
        chosen = view[start : start + count]
        if start:
            rows.append(batch["colour"][chosen] * batch["mask"][chosen] + 0.5 * (1 - batch["mask"][chosen]))
        rows.append(drawn[start : start + count])
    rows.append(functional.interpolate(prediction.texture, size=batch["crop"].shape[-2:]))
    picture = torch.cat([torch.cat(tuple(row), 2) for row in rows], 1)
    return Image.fromarray((picture.clamp(0, 1) * 255).byte().permute(1, 2, 0).cpu().numpy().astype(np.uint8))
