"""The neural view through its exported models, as the engine draws it."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional

from turnaround_training.evaluate.bench import ExportedModels
from turnaround_training.neural.examples import Batch, view_of

EDGE = 1e-4


class NeuralView:
    """Mapper and generator of a models folder; the segmenter (of any folder) finds the mask of what is drawn."""

    def __init__(self, models: ExportedModels, segmenter: ExportedModels, basis: np.ndarray):
        self.models, self.segmenter = models, segmenter
        self.basis = basis.reshape(basis.shape[0], -1)

    def offsets(self, coefficients: np.ndarray) -> np.ndarray:
        """Coefficients [N,K] -> offsets [N,V,3] from the template's mean."""
        return (coefficients @ self.basis).reshape(len(coefficients), -1, 3).astype(np.float32)

    def background(self, around: torch.Tensor) -> np.ndarray:
        """Codes [N,32] of surroundings pooled to 32 px [N,4,32,32] (rgb*(1-mask), mask)."""
        return self.models.run("background", picture=functional.interpolate(around, scale_factor=4.0).numpy())["code"]

    def content(self, offsets: np.ndarray, texture: np.ndarray, code: np.ndarray) -> np.ndarray:
        """w_content of offsets [N,V,3], texture [N,3,64,64] and background code [N,32]."""
        return self.models.run("mapper_content", offsets=offsets, texture=texture, background=code)["w_content"]

    def draw(self, content: np.ndarray, azimuth_deg: np.ndarray, elevation_deg: np.ndarray) -> np.ndarray:
        """Pictures [N,3,S,S] sRGB 0..1 of cars seen from angles [N]."""
        view = view_of(azimuth_deg, elevation_deg).numpy()
        w_view = self.models.run("mapper_view", viewpoint=view)["w_view"]
        return self.models.run("generator", w_plus=content + w_view)["picture"]

    def masks(self, pictures: np.ndarray) -> np.ndarray:
        """Car probability [N,1,S,S] of pictures [N,3,S,S]."""
        wide = functional.interpolate(torch.from_numpy(pictures), size=(256, 256), mode="bilinear", align_corners=False)
        mask = torch.from_numpy(self.segmenter.run("segmenter", picture=wide.numpy())["mask"])
        return functional.interpolate(mask, size=pictures.shape[-2:], mode="area").numpy()

    def draw_batch(self, batch: Batch) -> torch.Tensor:
        """Pictures [N,3,S,S] of a batch of examples."""
        code = self.background(batch.around)
        content = self.content(self.offsets(batch.coefficients.numpy()), batch.texture.numpy(), code)
        w_view = self.models.run("mapper_view", viewpoint=batch.view.numpy())["w_view"]
        return torch.from_numpy(self.models.run("generator", w_plus=content + w_view)["picture"])


class DrawnByModels:
    """What neural.measure asks of networks, answered by exported models."""

    def __init__(self, view: NeuralView):
        self.view = view

    def draw(self, batch: Batch, size: int) -> tuple[torch.Tensor, torch.Tensor, None, None]:
        """Pictures and mask logits at `size` px, which the models draw anyway."""
        picture = self.view.draw_batch(batch)
        mask = torch.from_numpy(self.view.masks(picture.numpy())).clamp(EDGE, 1 - EDGE)
        if picture.shape[-1] != size:
            picture = functional.interpolate(picture, size=(size, size), mode="area")
            mask = functional.interpolate(mask, size=(size, size), mode="area")
        return picture, torch.logit(mask), None, None
