"""What the second hypothesis brings: f on cars that no training saw and on photos (which never train anything), with
the likeliest viewpoint and with the one of two that fits better when drawn. Stage evaluate has all other measures."""

from __future__ import annotations

import numpy as np
import torch

from turnaround_training.data.crops import make_crops
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.device import device_of, moved
from turnaround_training.encoder.network import Estimate
from turnaround_training.evaluate.measures import azimuth_errors, mask_iou, summarise_azimuth
from turnaround_training.evaluate.photos import encoder_crop, photos
from turnaround_training.inverse.hypotheses import best_azimuth, camera_of, coverage_of, two_azimuths
from turnaround_training.inverse.network import InverseGraphics, Prediction
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.template.registered import load_registered
from turnaround_training.template.shapes import azimuth_in_render

BATCH = 32


def measures_of(network: InverseGraphics, mesh: Mesh, pictures: int, paths: Paths) -> dict[str, float]:
    """Figures by name on at most ``pictures`` held-out renders and first photos, as far as there are any."""
    network.eval()
    figures: dict[str, float] = {}
    if pictures and (paths.held_out / "index.jsonl").exists():
        renders, registered = RenderSet(paths.held_out, ()), load_registered(paths.registered)
        rows = np.unique(np.linspace(0, len(renders) - 1, min(pictures, len(renders))).astype(int))
        truth = [azimuth_in_render(registered[renders.rows[row]["car"]], renders.rows[row]) for row in rows]
        figures |= _figures(network, mesh, make_crops(renders, rows, None).crop, "held_out", np.array(truth))
    if pictures and paths.evaluation.exists():
        crops = [encoder_crop(item.picture, item.mask) for item in photos(paths.evaluation, min(pictures, 60))]
        figures |= _figures(network, mesh, torch.from_numpy(np.concatenate(crops)), f"photos_{len(crops)}", None)
    return {name: round(value, 4) for name, value in figures.items()}


def _figures(
    network: InverseGraphics, mesh: Mesh, crop: torch.Tensor, where: str, truth_deg: np.ndarray | None
) -> dict[str, float]:
    prediction = predictions(network, crop)
    mask, valid = (crop[:, 3:4] >= 0.5).float(), crop[:, 4:5]
    likeliest = two_azimuths(prediction.estimate.azimuth_logits, prediction.estimate.azimuth_residual)[:, 0]
    drawn = coverage_of(mesh, prediction.vertices, camera_of(prediction, likeliest), mask.shape[-1]) * valid
    choices = {"likeliest": (likeliest, drawn), "better_of_two": best_azimuth(mesh, prediction, crop)}
    figures = {}
    for name, (azimuth, drawing) in choices.items():
        pairs = zip(drawing.numpy() >= 0.5, (mask * valid).numpy() >= 0.5, strict=True)
        figures[f"{where}_{name}_mask_iou_median"] = float(np.median([mask_iou(a, b) for a, b in pairs]))
        if truth_deg is not None:
            errors = summarise_azimuth(azimuth_errors(np.rad2deg(azimuth.numpy()), truth_deg))
            figures |= {f"{where}_{name}_azimuth_{key}": value for key, value in errors.items()}
    return figures


def predictions(network: InverseGraphics, crop: torch.Tensor) -> Prediction:
    """f on crops [N,5,128,128], some at a time, wherever it stands; on the CPU."""
    parts = [network(moved(chunk, device_of(network))) for chunk in crop.split(BATCH)]
    estimates, *others = zip(*parts, strict=True)
    estimate = Estimate(*(torch.cat(values).cpu() for values in zip(*estimates, strict=True)))
    return Prediction(estimate, *(torch.cat(values).cpu() for values in others))
