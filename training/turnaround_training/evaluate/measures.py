"""Measures: mask overlap, azimuth errors and flips, and the silhouette of an estimated mesh."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from turnaround_training.camera import bounding_box_centre
from turnaround_training.encoder.losses import project_by
from turnaround_training.encoder.network import decode_azimuth

FLIP_DEG = 90.0
FINER = 4


def mask_iou(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two masks; 1 where both are empty."""
    union = np.logical_or(first, second).sum()
    return float(np.logical_and(first, second).sum() / union) if union else 1.0


def azimuth_errors(estimated_deg: np.ndarray, true_deg: np.ndarray) -> np.ndarray:
    """Signed difference in degrees, -180..180."""
    return (np.asarray(estimated_deg) - np.asarray(true_deg) + 180) % 360 - 180


def summarise_azimuth(errors_deg: np.ndarray) -> dict[str, float]:
    """Median of the absolute errors and share beyond 90 degrees ("flips")."""
    absolute = np.abs(errors_deg)
    return {"median_deg": float(np.median(absolute)), "flips": float((absolute > FLIP_DEG).mean())}


def without_constant(errors_deg: np.ndarray, groups: list[str]) -> np.ndarray:
    """Errors [N] with one constant per group (the median of those that are no flips) taken away."""
    result = np.array(errors_deg, float)
    names = np.array(groups)
    for name in set(groups):
        chosen = names == name
        kept = result[chosen][np.abs(result[chosen]) <= FLIP_DEG]
        if len(kept):
            result[chosen] = azimuth_errors(result[chosen], np.median(kept))
    return result


def estimated_azimuth_deg(answers: dict[str, np.ndarray]) -> np.ndarray:
    """Azimuth [N] in degrees from the encoder's outputs."""
    logits, residual = (torch.from_numpy(answers[name]) for name in ("azimuth_logits", "azimuth_residual"))
    return np.rad2deg(decode_azimuth(logits, residual).numpy())


def mesh_silhouettes(
    answers: dict[str, np.ndarray], mean: np.ndarray, faces: np.ndarray, size: int, azimuth: np.ndarray | None = None
) -> np.ndarray:
    """Masks bool [N,size,size] of the encoder's meshes drawn in their crops.

    answers: the encoder's outputs; mean [V,3] and faces [F,3] of the template; azimuth [N] in radians to
    draw another viewpoint than the estimated one.
    """
    vertices = mean + answers["offsets"]
    if azimuth is None:
        azimuth = np.deg2rad(estimated_azimuth_deg(answers))
    camera, angle = torch.from_numpy(answers["camera"]), torch.from_numpy(np.asarray(azimuth, np.float32))
    return silhouettes(vertices, camera, angle, faces, size)


def silhouettes(vertices: np.ndarray, camera: Tensor, azimuth: Tensor, faces: np.ndarray, size: int) -> np.ndarray:
    """Masks bool [N,size,size] of shapes [N,V,3] by camera numbers [N,6] and azimuths [N] (radians) of their crops."""
    points = torch.from_numpy(vertices.astype(np.float32))
    fractions = project_by(camera, azimuth, bounding_box_centre(points), points).numpy()
    return np.stack([silhouette(corners * size, faces, size) for corners in fractions])


def silhouette(points: np.ndarray, faces: np.ndarray, size: int) -> np.ndarray:
    """Mask bool [size,size] covered by the triangles of projected points [V,2] in pixels.

    Drawn FINER times larger and averaged, because polygons are filled including their outline.
    """
    image = Image.new("L", (size * FINER, size * FINER))
    draw = ImageDraw.Draw(image)
    for triangle in points[faces] * FINER - 0.5:
        draw.polygon([tuple(corner) for corner in triangle], 255)
    return np.asarray(image.resize((size, size), Image.BOX)) >= 128
