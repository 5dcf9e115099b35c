"""The two most likely viewpoints of a crop, and which of them fits it better when drawn."""

from __future__ import annotations

import torch

from turnaround_training.camera import bounding_box_centre
from turnaround_training.data.crops import srgb_to_linear
from turnaround_training.encoder.losses import bins_from
from turnaround_training.encoder.network import AZIMUTH_BINS, BIN_WIDTH
from turnaround_training.inverse.cameras import CropCamera
from turnaround_training.inverse.network import Prediction
from turnaround_training.inverse.terms import colour_difference, overlap
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import render

APART = 3
"""Bins between the first and the second hypothesis at least: neighbours of the best bin say the same as it."""
LIKELY = 0.02
"""What a unit of log-probability is worth against overlap and colour: a silhouette hardly tells front from back."""


def two_azimuths(logits: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
    """Azimuths [N,2] in radians: of the most likely bin, and of the most likely one at least APART bins from it."""
    best = logits.argmax(1, keepdim=True)
    gap = (torch.arange(AZIMUTH_BINS, device=logits.device) - best).remainder(AZIMUTH_BINS)
    far = torch.minimum(gap, AZIMUTH_BINS - gap) >= APART
    second = logits.masked_fill(~far, -torch.inf).argmax(1, keepdim=True)
    bins = torch.cat((best, second), 1)
    return (bins + residual.gather(1, bins)) * BIN_WIDTH


def camera_of(prediction: Prediction, azimuth: torch.Tensor) -> CropCamera:
    """The estimated camera with another azimuth [N]."""
    elevation, roll, log_distance, log_tangent, right, down = prediction.estimate.camera.unbind(1)
    distance = log_distance.clamp(-0.1, 2.1).exp()
    return CropCamera(azimuth, elevation, roll, distance, log_tangent.clamp(-4, 1).exp(), torch.stack((right, down), 1))


def coverage_of(mesh: Mesh, vertices: torch.Tensor, camera: CropCamera, size: int) -> torch.Tensor:
    """Masks [N,1,size,size] of shapes [N,V,3]."""
    return render(mesh, vertices, camera.matrix(bounding_box_centre(vertices), size), size).coverage


def best_azimuth(mesh: Mesh, prediction: Prediction, crop: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Azimuth [N] of the hypothesis that explains the crop [N,5,S,S] better: by the overlap of masks inside the photo,
    the colour difference and its probability. Also its drawing's mask [N,1,S,S] inside the photo."""
    valid = crop[:, 4:5]
    mask = (crop[:, 3:4] >= 0.5).float() * valid
    estimate = prediction.estimate
    probability = estimate.azimuth_logits.log_softmax(1)
    azimuths, masks, costs = [], [], []
    for azimuth in two_azimuths(estimate.azimuth_logits, estimate.azimuth_residual).unbind(1):
        matrix = camera_of(prediction, azimuth).matrix(bounding_box_centre(prediction.vertices), crop.shape[-1])
        drawing = render(
            mesh, prediction.vertices, matrix, crop.shape[-1], srgb_to_linear(prediction.texture), estimate.light
        )
        drawn = drawing.coverage * valid
        colour = colour_difference(drawing.colour, crop[:, :3], drawn * mask)
        likely = probability.gather(1, bins_from(azimuth).abs().argmin(1, keepdim=True))[:, 0]
        azimuths.append(azimuth)
        masks.append(drawn)
        costs.append(overlap(drawn, mask) + colour - LIKELY * likely)
    second = costs[1] < costs[0]
    return torch.where(second, azimuths[1], azimuths[0]), torch.where(second[:, None, None, None], masks[1], masks[0])
