"""Segmenter and encoder as the engine runs them: on a picture and on its mirror image, the mean of both answers."""

from __future__ import annotations

import numpy as np

from turnaround_training.data.framing import LIGHT_ODD_IN_X
from turnaround_training.encoder.network import AZIMUTH_BINS
from turnaround_training.evaluate.bench import Answers, Encode, ExportedModels

ODD_CAMERA = [1, 4]
"""Camera numbers that change sign in a mirrored picture: roll, offset to the right."""


def encode_both(encode: Encode, crops: np.ndarray) -> Answers:
    """Means of an encoder's outputs for crops [N,5,S,S] and for their mirror images, turned back."""
    plain, mirrored = encode(crops), unmirrored(encode(np.ascontiguousarray(crops[..., ::-1])))
    return {name: (value + mirrored[name]) / 2 for name, value in plain.items()}


def unmirrored(answers: Answers) -> Answers:
    """What an encoder says of a mirrored crop, as said of the crop itself; shapes are symmetric and stay."""
    opposite = -np.arange(AZIMUTH_BINS) % AZIMUTH_BINS
    camera, light = answers["camera"].copy(), answers["light"].copy()
    camera[:, ODD_CAMERA] *= -1
    light[:, list(LIGHT_ODD_IN_X)] *= -1
    return {
        **answers,
        "azimuth_logits": answers["azimuth_logits"][:, opposite],
        "azimuth_residual": -answers["azimuth_residual"][:, opposite],
        "camera": camera,
        "light": light,
    }


def segment_both(models: ExportedModels, picture: np.ndarray, width: int) -> np.ndarray:
    """The segmenter's mean answer [1,1,S,S] for a picture [1,3,S,S] whose first `width` columns are the photo."""
    mirrored = picture.copy()
    mirrored[..., :width] = picture[..., :width][..., ::-1]
    plain, turned = (models.run("segmenter", picture=one)["mask"] for one in (picture, mirrored))
    mean = plain.copy()
    mean[..., :width] = (plain[..., :width] + turned[..., :width][..., ::-1]) / 2
    return mean
