"""Stage ``encoder``: train shape, viewpoint and light from true renders and made-up cars. Config section [encoder]."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw
from safetensors.numpy import load_file

from turnaround_training.camera import bounding_box_centre
from turnaround_training.checkpoint import identity_of
from turnaround_training.data.paths import Paths
from turnaround_training.device import autocast, choose_device, device_of, moved
from turnaround_training.encoder.dataset import TrueShapes, make_batch
from turnaround_training.encoder.losses import ShapeSpace, encoder_losses, project_by
from turnaround_training.encoder.network import Encoder, EncoderForExport, decode_azimuth
from turnaround_training.processes import part_of
from turnaround_training.restore import started
from turnaround_training.synthetic.studio import Studio
from turnaround_training.trainer import Batch, TrainingPlan, train

OWN = ("batch", "synthetic", "stage")
"""Keys of [encoder] beside the plan's; ``stage`` is read by stage export."""
REFRESH_CHANCE = 0.003
"""Chance per batch of looking for renders drawn since."""
SHEET_PICTURES = 12


def run(config: dict) -> None:
    """Train (or go on training).

    [encoder] takes the keys of TrainingPlan, ``batch`` (32) and ``synthetic`` (share of each batch that shows made-up
    cars, 0); ``start`` may also name an exported encoder (.onnx) whose weights a new run begins with.
    """
    section, paths = config.get("encoder", {}), Paths.from_config(config)
    plan = TrainingPlan.from_section(section, "encoder", OWN)
    renders, template = paths.training_renders(), load_file(paths.template)
    shapes = TrueShapes(paths.training_cars(), template["mirror"])
    device = choose_device(plan.device)
    space, faces = shape_space(template).on(device), template["faces"]
    size = part_of(section.get("batch", 32), "[encoder] batch")
    made_up = round(size * section.get("synthetic", 0.0))
    studio = Studio(template, shapes.registered, renders, plan.seed) if made_up else None

    def next_batch(generator: np.random.Generator, progress: float) -> Batch:
        if generator.random() < REFRESH_CHANCE:
            renders.refresh()
        if studio is None:
            return make_batch(renders, shapes, size, generator)
        if made_up == size:
            return studio.batch(size, generator)
        return joined(make_batch(renders, shapes, size - made_up, generator), studio.batch(made_up, generator))

    def losses(network: torch.nn.Module, batch: Batch) -> dict[str, torch.Tensor]:
        with autocast(batch["crop"].device):
            features = network.trunk(batch["crop"])
        return encoder_losses(network.read(features.float()), batch, space)

    fixed = {
        name: values[:: max(1, size // SHEET_PICTURES)]
        for name, values in next_batch(np.random.default_rng(0), 0.0).items()
    }

    def write_sheet(network: torch.nn.Module, step: int) -> None:
        draw_sheet(network, fixed, space, faces).save(plan.run / "sheet.png")

    torch.manual_seed(plan.seed)
    identity, network, cars = identity_of("encoder", paths.template), Encoder(), set(renders.cars())
    exported = EncoderForExport(network, space.basis.cpu())
    plan, credited = started(plan, exported, lambda generator: next_batch(generator, 0.0)["crop"])
    train(network, plan, next_batch, losses, identity, cars | credited, write_sheet)


def joined(first: Batch, second: Batch) -> Batch:
    """Two batches as one."""
    return {name: torch.cat((values, second[name])) for name, values in first.items()}


def shape_space(template: dict[str, np.ndarray]) -> ShapeSpace:
    """Mean, basis and faces of the tensors of models/template.safetensors."""
    return ShapeSpace(
        *(torch.from_numpy(template[name]).float() for name in ("vertices", "basis")),
        torch.from_numpy(template["faces"]).long(),
    )


def draw_sheet(network: torch.nn.Module, batch: Batch, space: ShapeSpace, faces: np.ndarray) -> Image.Image:
    """Crops above, below them the estimated mesh's wires over the crop's mask."""
    estimate = network(moved(batch["crop"], device_of(network)))
    vertices = space.vertices(estimate.coefficients)
    azimuth = decode_azimuth(estimate.azimuth_logits, estimate.azimuth_residual)
    points = project_by(estimate.camera, azimuth, bounding_box_centre(vertices), vertices).cpu().numpy()
    columns = []
    for index in range(len(points)):
        crop = (batch["crop"][index].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
        below = Image.fromarray(np.repeat(crop[..., 3:4] // 2, 3, 2))
        draw = ImageDraw.Draw(below)
        for face in faces[::3]:
            draw.polygon([tuple(point) for point in points[index, face] * crop.shape[0]], outline=(90, 200, 90))
        columns.append(np.concatenate((crop[..., :3], np.asarray(below)), 0))
    return Image.fromarray(np.concatenate(columns, 1))
