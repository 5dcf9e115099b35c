"""What f is taught: its drawings must match the pictures, in their own view and in another view of the same car."""

from __future__ import annotations

from dataclasses import asdict

import torch
from torch import nn
from torch.nn import functional

from turnaround_training.camera import bounding_box_centre
from turnaround_training.data.crops import srgb_to_linear
from turnaround_training.device import CPU, autocast
from turnaround_training.encoder.losses import azimuth_cross_entropy, camera_units, residual_loss
from turnaround_training.inverse.cameras import CameraTable, CropCamera, crop_cameras
from turnaround_training.inverse.network import AMBIENT, InverseGraphics, Prediction, mean_colour
from turnaround_training.inverse.perceptual import PerceptualDistance
from turnaround_training.inverse.settings import Settings
from turnaround_training.inverse.surface import Smoothness
from turnaround_training.inverse.terms import colour_difference, overlap
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import Drawing, render
from turnaround_training.trainer import Batch


class Learner(nn.Module):
    """f and the cameras that are found with it."""

    def __init__(self, network: InverseGraphics, cameras: CameraTable):
        super().__init__()
        self.network = network
        self.cameras = cameras


class Objective:
    """Weighted losses of a batch by name; the batch's crops of one car follow each other."""

    def __init__(
        self, settings: Settings, mesh: Mesh, smoothness: Smoothness, perceptual: PerceptualDistance | None = None
    ):
        self.settings, self.mesh, self.smoothness, self.perceptual = settings, mesh, smoothness, perceptual
        self.weights = asdict(settings.weights)
        self.each = 2 if settings.pairs else 1

    def __call__(self, learner: Learner, batch: Batch) -> dict[str, torch.Tensor]:
        """Weighted terms; batch["progress"] (0..1) sharpens the silhouette and lets the perceptual term in."""
        values, _ = self.values(learner, batch)
        return {name: value * self.weights[name] for name, value in values.items()}

    def values(self, learner: Learner, batch: Batch) -> tuple[dict[str, torch.Tensor], Prediction]:
        """Terms in their own units, means over the batch."""
        with autocast(batch["crop"].device):
            features = learner.network.trunk(batch["crop"])
        prediction = learner.network.predict(features.float(), mean_colour(batch["crop"]))
        camera = crop_cameras(learner.cameras(batch["camera"]), batch)
        progress = float(batch["progress"])
        values = self.picture_terms(prediction, camera, batch, progress)
        values |= self.prior_terms(prediction)
        values |= viewpoint_terms(prediction, camera.detached())
        if "true_shape" in batch:
            values |= truth_terms(prediction, batch)
        return values, prediction

    def picture_terms(
        self, prediction: Prediction, camera: CropCamera, batch: Batch, progress: float
    ) -> dict[str, torch.Tensor]:
        """Overlap, colour and perceptual distance of predictions in their own view and, in pairs, in the other."""
        shape, view = self.orders(len(batch["crop"]), batch["crop"].device)
        drawing = self.draw(prediction, camera, shape, view, self.sigmainv(progress), batch["mask"].shape[-1])
        picture, mask = batch["colour"][view], batch["mask"][view]
        inside = mask * drawing.coverage
        values = {
            "overlap": overlap(drawing.silhouette, mask).mean(),
            "colour": colour_difference(drawing.colour, picture, inside).mean(),
        }
        if self.perceptual is not None and progress >= self.settings.perceptual_from:
            values["perceptual"] = self.perceptual(drawing.colour, batch["colour"], view, inside).mean()
        return values

    def orders(self, count: int, device: torch.device = CPU) -> tuple[torch.Tensor, torch.Tensor]:
        """Which prediction is drawn in which picture's view: all in their own, in pairs also in the partner's."""
        own = torch.arange(count, device=device)
        if self.each == 1:
            return own, own
        return torch.cat((own, own)), torch.cat((own, own ^ 1))

    def draw(
        self,
        prediction: Prediction,
        camera: CropCamera,
        shape: torch.Tensor,
        view: torch.Tensor,
        sigmainv: float,
        size: int,
    ) -> Drawing:
        """Shapes and textures of some items in the views, and under the light, of others."""
        vertices = prediction.vertices[shape]
        matrix = camera.take(view).matrix(bounding_box_centre(vertices), size)
        texture = srgb_to_linear(prediction.texture)[shape]
        light = prediction.estimate.light[view]
        return render(
            self.mesh, vertices, matrix, size, texture, light, sigmainv=sigmainv, nearest=self.settings.nearest
        )

    def sigmainv(self, progress: float) -> float:
        """From coarse to fine, evenly in its logarithm."""
        first, last = self.settings.sigmainv
        return first * (last / first) ** min(1.0, progress / self.settings.sharpen)

    def prior_terms(self, prediction: Prediction) -> dict[str, torch.Tensor]:
        """What keeps shapes near smooth cars and light near daylight."""
        vertices, estimate = prediction.vertices, prediction.estimate
        grey = estimate.light.mean(2, keepdim=True)
        ambient = grey.new_zeros(9, 1)
        ambient[0] = AMBIENT
        return {
            "laplacian": self.smoothness.laplacian(vertices).mean(),
            "flatness": self.smoothness.flatness(vertices).mean(),
            "movement": self.smoothness.movement(vertices).mean(),
            "coefficients": estimate.coefficients.square().mean(),
            "light": (estimate.light - grey).abs().mean() + 0.25 * (grey - ambient).square().mean(),
        }


def viewpoint_terms(prediction: Prediction, camera: CropCamera) -> dict[str, torch.Tensor]:
    """The viewpoint head learns the cameras as they stand."""
    estimate = prediction.estimate
    difference = (estimate.camera - camera.six()) / camera_units(estimate.camera)
    return {
        "azimuth": azimuth_cross_entropy(estimate.azimuth_logits, camera.azimuth),
        "residual": residual_loss(estimate.azimuth_residual, camera.azimuth),
        "camera": functional.smooth_l1_loss(difference, torch.zeros_like(difference), beta=0.2),
    }


def truth_terms(prediction: Prediction, batch: Batch) -> dict[str, torch.Tensor]:
    """Mean differences from the true shapes (L) and lights of the items that have them (batch["known"], 0 or 1)."""
    known = batch["known"]
    share = known / known.sum().clamp(min=1)
    shape = (prediction.vertices - batch["true_shape"]).abs().mean((1, 2))
    light = (prediction.estimate.light - batch["true_light"]).abs().mean((1, 2))
    return {"true_shape": (shape * share).sum(), "true_light": (light * share).sum()}
