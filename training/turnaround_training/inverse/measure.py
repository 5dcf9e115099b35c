"""What a trained f is worth: on cars that no training saw, and on photos (which never train anything)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from turnaround_training.data.crops import CropBatch, make_crops
from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.evaluate.measures import azimuth_errors, mask_iou, summarise_azimuth
from turnaround_training.evaluate.photos import encoder_crop, photos
from turnaround_training.inverse.cameras import CropCamera
from turnaround_training.inverse.hypotheses import best_azimuth, coverage_of
from turnaround_training.inverse.network import InverseGraphics, Prediction
from turnaround_training.inverse.settings import Settings
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.template.registered import RegisteredCar, load_registered
from turnaround_training.template.shapes import azimuth_in_render

BATCH = 32


def measures_of(network: InverseGraphics, mesh: Mesh, settings: Settings, paths: Paths) -> dict[str, float]:
    """Figures by name: mask IoU in the input view and in other views, azimuth, and mask IoU on photos; where the data is."""
    network.eval()
    figures: dict[str, float] = {}
    if (paths.held_out / "index.jsonl").exists() and settings.held_out_scenes:
        renders = RenderSet(paths.held_out, paths.exclude)
        figures |= held_out_figures(network, mesh, renders, settings.held_out_scenes, load_registered(paths.registered))
    if paths.evaluation.exists() and settings.photos:
        figures |= photo_figures(network, mesh, paths.evaluation, settings.photos)
    return {name: round(value, 4) for name, value in figures.items()}


def held_out_figures(
    network: InverseGraphics, mesh: Mesh, renders: RenderSet, scenes: int, registered: dict[str, RegisteredCar]
) -> dict[str, float]:
    """On the first scenes of renders with known truth. Other views: the shape seen in one picture of a scene drawn with
    the true cameras of the others; beside it the template's mean shape drawn the same way."""
    rows = np.flatnonzero(np.isin(renders.scene, np.unique(renders.scene)[:scenes]))
    crops = make_crops(renders, rows, None)
    mask = (crops.crop[:, 3:4] >= 0.5).float()
    prediction = predictions(network, crops.crop)
    azimuth, drawn = best_azimuth(mesh, prediction, mask, torch.ones_like(mask))
    truth = np.array([azimuth_in_render(registered[renders.rows[row]["car"]], renders.rows[row]) for row in rows])
    errors = azimuth_errors(np.rad2deg(azimuth.numpy()), truth)
    pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j and renders.scene[rows[i]] == renders.scene[rows[j]]]
    shape, view = torch.tensor(pairs).T
    camera = true_cameras(crops, truth).take(view)
    others = overlaps(coverage_of(mesh, prediction.vertices[shape], camera, mask.shape[-1]), mask[view])
    mean = overlaps(coverage_of(mesh, network.mean[None].expand(len(view), -1, -1), camera, mask.shape[-1]), mask[view])
    return {
        "held_out_mask_iou": float(np.mean(overlaps(drawn, mask))),
        "held_out_other_views_mask_iou": float(np.mean(others)),
        "held_out_other_views_mean_shape_mask_iou": float(np.mean(mean)),
        **{f"held_out_azimuth_{name}": value for name, value in summarise_azimuth(errors).items()},
    }


def photo_figures(network: InverseGraphics, mesh: Mesh, evaluation: Path, count: int) -> dict[str, float]:
    """Median mask IoU on the first photos with their true masks, inside the photo."""
    crop = torch.from_numpy(np.concatenate([encoder_crop(item.picture, item.mask) for item in photos(evaluation, count)]))
    mask, valid = (crop[:, 3:4] >= 0.5).float(), crop[:, 4:5]
    _, drawn = best_azimuth(mesh, predictions(network, crop), mask, valid)
    values = overlaps(drawn, mask * valid)
    return {f"photos_{count}_mask_iou_median": float(np.median(values)), f"photos_{count}_mask_iou_mean": float(np.mean(values))}


def predictions(network: InverseGraphics, crop: torch.Tensor) -> Prediction:
    """f on crops [N,5,128,128], some at a time."""
    parts = [network(crop[start : start + BATCH]) for start in range(0, len(crop), BATCH)]
    estimate = type(parts[0].estimate)(*(torch.cat(values) for values in zip(*(part.estimate for part in parts), strict=True)))
    return Prediction(estimate, *(torch.cat(values) for values in list(zip(*parts, strict=True))[1:]))


def overlaps(drawn: torch.Tensor, mask: torch.Tensor) -> np.ndarray:
    """Mask IoU [N] of masks [N,1,S,S]."""
    pairs = zip(drawn.numpy() >= 0.5, mask.numpy() >= 0.5, strict=True)
    return np.array([mask_iou(one, other) for one, other in pairs])


def true_cameras(crops: CropBatch, azimuth_deg: np.ndarray) -> CropCamera:
    """Cameras of unchanged crops, with the azimuths of the straightened cars."""
    def numbers(name: str) -> torch.Tensor:
        return torch.tensor(np.array([getattr(label, name) for label in crops.labels]), dtype=torch.float32)

    azimuth = torch.from_numpy(np.deg2rad(azimuth_deg)).float()
    return CropCamera(azimuth, *(numbers(name) for name in ("elevation", "roll", "distance", "tan_half_fov", "offset")))


def ablation_table(runs: dict[str, Path]) -> list[str]:
    """Markdown table of the measures that finished runs have stored, one row a run."""
    stored = {}
    for name, run in runs.items():
        path = run / "measures.json"
        if not path.exists():
            raise StageError(f"{path} is missing: the run of {name} has not ended. Run stage inverse with its config.")
        stored[name] = json.loads(path.read_text(encoding="utf-8"))
    columns = list(dict.fromkeys(column for figures in stored.values() for column in figures))
    lines = ["| f learned from | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, figures in stored.items():
        cells = [f"{figures[column]:.4f}" if column in figures else "" for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines
