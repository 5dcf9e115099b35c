"""The two most likely viewpoints of a crop, and which of them fits it better when drawn."""

from __future__ import annotations

import torch

from turnaround_training.camera import bounding_box_centre
from turnaround_training.encoder.network import AZIMUTH_BINS, BIN_WIDTH
from turnaround_training.inverse.cameras import CropCamera
from turnaround_training.inverse.network import Prediction
from turnaround_training.inverse.terms import overlap
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import render

APART = 3
"""Bins between the first and the second hypothesis at least: neighbours of the best bin say the same as it."""


def two_azimuths(logits: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
    """Azimuths [N,2] in radians: of the most likely bin, and of the most likely one at least APART bins from it."""
    best = logits.argmax(1, keepdim=True)
    gap = (torch.arange(AZIMUTH_BINS) - best).remainder(AZIMUTH_BINS)
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


def best_azimuth(
    mesh: Mesh, prediction: Prediction, mask: torch.Tensor, valid: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Azimuth [N] of the hypothesis whose drawing covers the mask [N,1,S,S] best inside the photo (valid), the more
    likely one where they do alike, and that drawing's mask [N,1,S,S]."""
    candidates = two_azimuths(prediction.estimate.azimuth_logits, prediction.estimate.azimuth_residual).unbind(1)
    drawn = [coverage_of(mesh, prediction.vertices, camera_of(prediction, one), mask.shape[-1]) * valid for one in candidates]
    costs = [overlap(one, mask * valid) for one in drawn]
    second = costs[1] < costs[0] - 0.02
    return torch.where(second, candidates[1], candidates[0]), torch.where(second[:, None, None, None], drawn[1], drawn[0])
