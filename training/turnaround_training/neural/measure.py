"""Figures on held-out cars: likeness of the drawn views and how truly the car turns."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional

from turnaround_training.neural.examples import Batch, Examples, fetch
from turnaround_training.neural.networks import Networks

CHUNK = 16


def psnr(squared_error: np.ndarray) -> float:
    """Mean over pictures of 10 log10(1 / mean squared error) in dB."""
    return float(np.mean(-10.0 * np.log10(np.maximum(squared_error, 1e-10))))


def closest_other(examples: Examples, rows: np.ndarray, target: int) -> int:
    """The other row of the scene with the nearest elevation (the target itself if it is alone)."""
    others = rows[rows != target]
    if len(others) == 0:
        return target
    return int(others[np.abs(examples.elevation[others] - examples.elevation[target]).argmin()])


@torch.no_grad()
def draw_rows(networks: Networks, batch: Batch, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures [N,3,size,size] in 0..1 and mask probabilities [N,1,size,size] in chunks."""
    pictures, masks = [], []
    for start in range(0, batch.view.shape[0], CHUNK):
        part = Batch(*(value[start : start + CHUNK] for value in vars(batch).values()))
        picture, logits, _, _ = networks.draw(part, size)
        pictures.append(picture.clamp(0.0, 1.0).cpu())
        masks.append(torch.sigmoid(logits).cpu())
    return torch.cat(pictures), torch.cat(masks)


def measure(networks: Networks, examples: Examples, size: int = 128) -> dict[str, float]:
    """Draw every picture of the examples from true shape, texture and viewpoint and another view's
    surroundings.

    -> psnr (whole picture, dB), psnr_car (inside the true mask, dB), mask_iou (drawn mask at 0.5),
    view_retrieval (share of drawings whose nearest picture of the scene, by L1 at 32 px on the car,
    is the one of their own viewpoint), azimuth_error_deg (mean distance in azimuth to that picture).
    """
    errors, car_errors, overlaps, hits, azimuth_errors = [], [], [], [], []
    for rows in examples.rows_of():
        around = np.array([closest_other(examples, rows, row) for row in rows])
        batch = fetch(examples, rows, around)
        target, mask = batch.target, batch.mask
        if size < target.shape[-1]:
            target = functional.avg_pool2d(target, target.shape[-1] // size)
            mask = functional.avg_pool2d(mask, mask.shape[-1] // size)
        picture, drawn_mask = draw_rows(networks, batch, size)
        squared = (picture - target).square()
        errors += squared.mean(dim=(1, 2, 3)).tolist()
        car_errors += ((squared * mask).sum(dim=(1, 2, 3)) / (3.0 * mask.sum(dim=(1, 2, 3)))).tolist()
        both, either = (drawn_mask > 0.5) & (mask > 0.5), (drawn_mask > 0.5) | (mask > 0.5)
        overlaps += (both.sum(dim=(1, 2, 3)) / either.sum(dim=(1, 2, 3)).clamp(min=1)).tolist()
        small = [functional.avg_pool2d(x * m, size // 32) for x, m in ((picture, drawn_mask), (target, mask))]
        nearest = (small[0][:, None] - small[1][None]).abs().mean(dim=(2, 3, 4)).argmin(dim=1).numpy()
        hits += (nearest == np.arange(len(rows))).tolist()
        turn = (examples.azimuth[rows] - examples.azimuth[rows[nearest]] + 180.0) % 360.0 - 180.0
        azimuth_errors += np.abs(turn).tolist()
    return {
        "psnr": psnr(np.array(errors)),
        "psnr_car": psnr(np.array(car_errors)),
        "mask_iou": float(np.mean(overlaps)),
        "view_retrieval": float(np.mean(hits)),
        "azimuth_error_deg": float(np.mean(azimuth_errors)),
    }
