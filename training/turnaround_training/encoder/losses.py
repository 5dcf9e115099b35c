"""What the encoder is taught with: true vertices, azimuth, camera, light and where the vertices fall in the crop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from turnaround_training.camera import bounding_box_centre, camera_axes, project
from turnaround_training.encoder.network import AZIMUTH_BINS, BIN_WIDTH, Estimate

WEIGHTS = {
    "vertices": 20.0, "coefficients": 0.02, "azimuth": 1.0, "residual": 2.0,
    "camera": 0.5, "light": 0.5, "shading": 0.5, "reprojection": 20.0, "surface": 20.0, "proportions": 1.0,
    "outline": 30.0,
}
EDGE_ON = 0.25
"""Cosine between normal and direction to the eye up to which a vertex counts as lying on the outline."""


@dataclass(frozen=True)
class ShapeSpace:
    """mean [V,3] and basis [40,V,3] of the template, in car lengths; faces int64 [F,3]."""

    mean: torch.Tensor
    basis: torch.Tensor
    faces: torch.Tensor

    def on(self, device: torch.device) -> "ShapeSpace":
        """The same on a device."""
        return ShapeSpace(self.mean.to(device), self.basis.to(device), self.faces.to(device))

    def vertices(self, coefficients: torch.Tensor) -> torch.Tensor:
        """Coefficients [N,40] -> vertices [N,V,3]."""
        return self.mean + (coefficients @ self.basis.flatten(1)).reshape(-1, *self.mean.shape)


def encoder_losses(estimate: Estimate, truth: dict[str, torch.Tensor], space: ShapeSpace) -> dict[str, torch.Tensor]:
    """Weighted losses by name.

    truth: vertices [N,V,3] and azimuth [N] of the symmetric shape; shown [N,V,3] and shown_azimuth [N] as
    rendered, with target [N,3] (centre of the rendered car's box); camera [N,6], light [N,9,3] as in Estimate.
    """
    vertices = space.vertices(estimate.coefficients)
    mine = estimated_points(estimate, vertices, truth)
    theirs = project_by(truth["camera"], truth["shown_azimuth"], truth["target"], truth["shown"])
    terms = {
        "vertices": (vertices - truth["vertices"]).abs().mean(),
        "coefficients": estimate.coefficients.square().mean(),
        "azimuth": azimuth_cross_entropy(estimate.azimuth_logits, truth["azimuth"]),
        "residual": residual_loss(estimate.azimuth_residual, truth["azimuth"]),
        "camera": functional.smooth_l1_loss(
            estimate.camera / camera_units(estimate.camera), truth["camera"] / camera_units(estimate.camera), beta=0.2
        ),
        "light": (estimate.light - truth["light"]).abs().mean(),
        "shading": shading_loss(estimate.light, truth["light"]),
        "reprojection": reprojection_loss(mine, theirs),
        "outline": outline_loss(mine, theirs, truth, space.faces),
        "surface": surface_loss(vertices, truth["vertices"], space.faces),
        "proportions": (log_proportions(vertices) - log_proportions(truth["vertices"])).abs().mean(),
    }
    return {name: value * WEIGHTS[name] for name, value in terms.items()}


def surface_loss(vertices: torch.Tensor, truth: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """Mean distance (L) of vertices [N,V,3] from the true surface along its normals: what outlines and solids notice.

    Sliding along the surface costs nothing.
    """
    return ((vertices - truth) * vertex_normals(truth, faces)).sum(-1).abs().mean()


def log_proportions(vertices: torch.Tensor) -> torch.Tensor:
    """Logarithms [N,2] of width and height of shapes [N,V,3], each by the length."""
    extent = (vertices.amax(1) - vertices.amin(1)).clamp(min=1e-3).log()
    return extent[:, :2] - extent[:, 2:]


def vertex_normals(vertices: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """Area-weighted unit normals [N,V,3] of shapes [N,V,3] with faces [F,3]."""
    a, b, c = (vertices[:, faces[:, corner]] for corner in range(3))
    of_faces = torch.cross(b - a, c - a, dim=-1).repeat_interleave(3, 1)
    return functional.normalize(
        torch.zeros_like(vertices).index_add_(1, faces.reshape(-1), of_faces), dim=-1, eps=1e-12
    )


CAMERA_UNITS = (0.1, 0.05, 0.3, 0.3, 0.05, 0.05)
"""Differences of the camera's six numbers that weigh alike; distance and fov trade off, so they weigh little."""


def camera_units(like: torch.Tensor) -> torch.Tensor:
    """CAMERA_UNITS [6] of a tensor's type and on its device."""
    return torch.tensor(CAMERA_UNITS, dtype=like.dtype).to(like.device)


def bins_from(azimuth: torch.Tensor) -> torch.Tensor:
    """Signed distance [N,24], in bins, from every bin's centre to the azimuth [N] (radians), in -12..12."""
    centres = torch.arange(AZIMUTH_BINS, device=azimuth.device) * BIN_WIDTH
    difference = azimuth[:, None] - centres
    return torch.remainder(difference + math.pi, 2 * math.pi).sub(math.pi) / BIN_WIDTH


def azimuth_cross_entropy(logits: torch.Tensor, azimuth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy against the azimuth shared between the two nearest bins."""
    shares = (1 - bins_from(azimuth).abs()).clamp(min=0)
    return -(shares * functional.log_softmax(logits, 1)).sum(1).mean()


def residual_loss(residual: torch.Tensor, azimuth: torch.Tensor) -> torch.Tensor:
    """Smooth L1 of the residuals of the bins within 1 of the azimuth."""
    distance = bins_from(azimuth)
    near = (distance.abs() <= 1).float()
    errors = functional.smooth_l1_loss(residual, distance, reduction="none", beta=0.1)
    return (errors * near).sum() / near.sum()


def shading_loss(light: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean difference of the shading at 64 random normals."""
    normals = functional.normalize(torch.randn(64, 3), dim=1).to(light.device)
    harmonics = spherical_harmonics(normals)
    return (harmonics @ (light - truth)).abs().mean()


def spherical_harmonics(normals: torch.Tensor) -> torch.Tensor:
    """The nine real harmonics [...,9] of unit normals [...,3], in the order and with the constants of the house."""
    x, y, z = normals.unbind(-1)
    return torch.stack((
        torch.full_like(x, 0.282095), 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
        0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y),
    ), -1)


def estimated_points(estimate: Estimate, vertices: torch.Tensor, truth: dict[str, torch.Tensor]) -> torch.Tensor:
    """Crop fractions [N,V,2] of the estimated shape's vertices as estimated (azimuth from the true bin)."""
    best = bins_from(truth["azimuth"]).abs().argmin(1)
    azimuth = (best + estimate.azimuth_residual.gather(1, best[:, None])[:, 0]) * BIN_WIDTH
    return project_by(estimate.camera, azimuth, bounding_box_centre(vertices), vertices)


def reprojection_loss(mine: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """Mean distance, in crop fractions, between vertices [N,V,2] drawn as estimated and as true."""
    return functional.smooth_l1_loss(mine, theirs, beta=0.01)


def outline_loss(
    mine: torch.Tensor, theirs: torch.Tensor, truth: dict[str, torch.Tensor], faces: torch.Tensor
) -> torch.Tensor:
    """Mean distance, in crop fractions, of vertices drawn as estimated [N,V,2] from the true outline.

    Those whose surface is seen edge-on weigh, by how far they lie across the outline: sliding along it costs nothing.
    """
    normals = vertex_normals(truth["shown"], faces)
    raised = project_by(truth["camera"], truth["shown_azimuth"], truth["target"], truth["shown"] + 0.01 * normals)
    across = functional.normalize(raised - theirs, dim=-1, eps=1e-9)
    towards_eye, *_ = camera_axes(truth["shown_azimuth"], *truth["camera"][:, :2].unbind(1))
    eye = truth["target"] + truth["camera"][:, 2:3].exp() * towards_eye
    facing = (functional.normalize(eye[:, None] - truth["shown"], dim=-1) * normals).sum(-1)
    weight = (-(facing / EDGE_ON).square()).exp()
    return (((mine - theirs) * across).sum(-1).abs() * weight).sum() / weight.sum()


def project_by(camera: torch.Tensor, azimuth: torch.Tensor, target: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Crop fractions [N,V,2] of points [N,V,3] by the encoder's six camera numbers [N,6] and azimuth [N]."""
    elevation, roll, log_distance, log_tangent = camera[:, :4].unbind(1)
    distance = log_distance.clamp(math.log(0.9), math.log(8)).exp()
    fractions, _ = project(
        points, azimuth, elevation, roll, distance, log_tangent.clamp(-4, 1).exp(), camera[:, 4:], target
    )
    return fractions
