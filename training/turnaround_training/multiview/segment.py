"""Masks of drawn pictures, by the exported segmenter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import label
from torch import Tensor
from torch.nn import functional

from turnaround_training.export.onnx_model import open_model

SIDE = 256
CHUNK = 8
CAR_SHARE = 0.02


class Segmenter:
    """Pictures [N,3,S,S] in -1..1 -> mask probabilities float32 [N,S,S]."""

    def __init__(self, models: Path, threads: int) -> None:
        self._session = open_model(models, "segmenter", threads)

    def __call__(self, pictures: Tensor) -> np.ndarray:
        size = pictures.shape[-1]
        found = []
        for part in pictures.split(CHUNK):
            shown = functional.interpolate(part * 0.5 + 0.5, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
            probability = torch.from_numpy(self._session.run(None, {"picture": shown.clamp(0, 1).numpy()})[0])
            found.append(functional.interpolate(probability, size=(size, size), mode="area")[:, 0].numpy())
        return np.concatenate(found)


def cars_in(mask: np.ndarray) -> int:
    """Connected pieces of a mask bool [S,S] that cover at least 2 % of the picture."""
    pieces, count = label(mask)
    if count == 0:
        return 0
    return int((np.bincount(pieces.reshape(-1))[1:] >= CAR_SHARE * mask.size).sum())
