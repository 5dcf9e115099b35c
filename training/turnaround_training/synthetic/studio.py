"""Draws the made-up cars by our own renderer: mixed textures, the renders' light, pieces of renders behind them."""

from __future__ import annotations

import numpy as np
import torch

from turnaround_training.data.crops import crops_of, srgb_to_linear
from turnaround_training.data.framing import Labels
from turnaround_training.data.renders import PICTURE_SIZE, RenderSet
from turnaround_training.encoder.dataset import truth_of
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.renderer.operator import render
from turnaround_training.renderer.viewpoint import camera_matrix
from turnaround_training.synthetic.shapes import ShapeMixer
from turnaround_training.synthetic.viewpoints import random_viewpoint
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.texture.atlas import texel_map
from turnaround_training.texture.atlases import painted_atlases
from turnaround_training.texture.variety import vary
from turnaround_training.trainer import Batch

VIEWPOINT = ("azimuth", "elevation", "roll", "distance", "tan_half_fov", "offset", "target")
ATLAS_SIZE = 128
PAINTS = 8
"""Random paints a car, besides its own."""


class Studio:
    """Everything a made-up picture needs.

    template: tensors of models/template.safetensors; registered: the training cars; renders: whose light and colours
    are borrowed.
    """

    def __init__(
        self, template: dict[str, np.ndarray], registered: dict[str, RegisteredCar], renders: RenderSet, seed: int
    ):
        self.mixer = ShapeMixer(
            registered.values(), template["vertices"], template["faces"], template["parts"], template["mirror"]
        )
        self.mesh = Mesh.of(template["faces"].astype(np.int64), template["uv"])
        texels = texel_map(template["uv"], template["parts"], ATLAS_SIZE)
        self.parts = texels.part[texels.nearest].reshape(ATLAS_SIZE, ATLAS_SIZE)
        self.atlases = painted_atlases(registered, PAINTS, ATLAS_SIZE, np.random.default_rng(seed))
        self.mirror = template["mirror"]
        self.renders = renders

    def batch(self, size: int, generator: np.random.Generator) -> Batch:
        """Changed crops with their truth, as encoder.dataset.make_batch gives of renders."""
        shapes = np.stack([self.mixer.draw(generator) for _ in range(size)])
        rows = generator.integers(len(self.renders), size=(2, size))
        labels = [
            random_viewpoint(shape, self.renders.light[row].astype(np.float64), generator)
            for shape, row in zip(shapes, rows[0], strict=True)
        ]
        crops = crops_of(self.draw(shapes, labels, rows[1], generator), labels, np.arange(size), generator)
        crop = crops.crop.contiguous(memory_format=torch.channels_last)
        azimuths = [label.azimuth for label in crops.labels]
        return {"crop": crop, **truth_of(crops.labels, [(shape, shape) for shape in shapes], azimuths)}

    def draw(
        self, shapes: np.ndarray, labels: list[Labels], backgrounds: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """Pictures uint8 [N,256,256,4] (sRGB and coverage) of shapes [N,V,3], each before a render (rows [N])."""
        def column(name: str) -> torch.Tensor:
            return torch.tensor(np.array([getattr(label, name) for label in labels]), dtype=torch.float32)

        camera = camera_matrix(
            *(column(name) for name in VIEWPOINT), PICTURE_SIZE
        )
        atlases = np.stack([vary(self.atlases, self.parts, generator) for _ in shapes])
        texture = srgb_to_linear(torch.from_numpy(atlases.transpose(0, 3, 1, 2)))
        drawing = render(self.mesh, torch.from_numpy(shapes), camera, PICTURE_SIZE, texture, column("light"))
        behind = torch.from_numpy(self.renders.pictures[backgrounds, ..., :3]).permute(0, 3, 1, 2)
        colour = torch.where(drawing.coverage > 0, drawing.colour * 255 + 0.5, behind.float()).clamp(0, 255)
        return torch.cat((colour, drawing.coverage * 255), 1).byte().permute(0, 2, 3, 1).numpy()
