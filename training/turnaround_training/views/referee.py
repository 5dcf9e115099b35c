"""The shipped pose encoder as referee: it has seen true viewpoints, so it may judge the views but not choose them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from turnaround_training.encoder.network import decode_azimuth
from turnaround_training.evaluate.photos import encoder_crop, largest_piece
from turnaround_training.export.onnx_model import open_model
from turnaround_training.gan.sheet import to_bytes
from turnaround_training.multiview.segment import Segmenter

CHUNK = 32


class Verdict(NamedTuple):
    """azimuth_deg [N] in 0..360; shape [N,40] coefficients of unit variance."""

    azimuth_deg: np.ndarray
    shape: np.ndarray


class Referee:
    """Segments drawn pictures, cuts the car out as the engine does and asks the encoder."""

    def __init__(self, models: Path, threads: int) -> None:
        self._segmenter = Segmenter(models, threads)
        self._encoder = open_model(models, "encoder", threads)

    def __call__(self, pictures: Tensor) -> Verdict:
        """Pictures [N,3,S,S] in -1..1 -> what the encoder says about each."""
        azimuths, shapes = [], []
        for part in pictures.split(CHUNK):
            masks = self._segmenter(part) >= 0.5
            crops = [
                encoder_crop(picture, largest_piece(mask)) for picture, mask in zip(to_bytes(part), masks, strict=True)
            ]
            wanted = ["coefficients", "azimuth_logits", "azimuth_residual"]
            coefficients, logits, residual = self._encoder.run(wanted, {"crop": np.concatenate(crops)})
            azimuth = decode_azimuth(torch.from_numpy(logits), torch.from_numpy(residual))
            azimuths.append(np.rad2deg(azimuth.numpy()) % 360.0)
            shapes.append(coefficients)
        return Verdict(np.concatenate(azimuths), np.concatenate(shapes))
