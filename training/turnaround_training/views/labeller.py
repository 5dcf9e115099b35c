"""The automatic labeller: azimuth from at most 100 labelled pictures.

Kernel ridge regression from histograms of gradients, from the GAN discriminator's own features (learned
without labels) or from both, to bumps over azimuth bins. Every labelled picture is also used mirrored, with
its azimuth negated. Features, kernel width and ridge are chosen by leaving each picture out with its mirror.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from turnaround_training.device import device_of, moved
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.views.circle import apart_deg, peak_deg, spread_over_bins

RIDGES = (1e-2, 1e-1, 1.0)
WIDTHS = (0.5, 1.0, 2.0)
SIDE, ROWS, COLUMNS, ORIENTATIONS = 64, 8, 12, 8
MARGIN = 0.2
CHUNK = 64


def gradient_histograms(pictures: Tensor) -> Tensor:
    """[N,3,S,S] -> [N,8*8*12]: strength of the edges by direction (8 of 180 degrees) and place (8 rows of 12 cells).

    A fifth of the picture above and below, where no car of canonical framing is, is left out.
    """
    edge = int(pictures.shape[-1] * MARGIN)
    grey = pictures[:, :, edge : pictures.shape[-1] - edge].mean(dim=1, keepdim=True)
    grey = functional.interpolate(grey, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    across = functional.pad(grey[..., 2:] - grey[..., :-2], (1, 1, 0, 0))
    down = functional.pad(grey[..., 2:, :] - grey[..., :-2, :], (0, 0, 1, 1))
    strength = (across.square() + down.square()).sqrt()
    turn = torch.remainder(torch.atan2(down, across), torch.pi) / torch.pi * ORIENTATIONS
    steps = torch.arange(ORIENTATIONS, device=turn.device)[None, :, None, None]
    apart = (turn - steps).abs()
    share = (1.0 - torch.minimum(apart, ORIENTATIONS - apart)).clamp(min=0.0)
    return functional.adaptive_avg_pool2d(share * strength, (ROWS, COLUMNS)).flatten(1).sqrt()


@torch.no_grad()
def describe(discriminator: Discriminator, pictures: Tensor) -> dict[str, np.ndarray]:
    """Features by name, float64 [N,F] each, of pictures [N,3,S,S] in -1..1; rows have unit length."""
    named: dict[str, list[Tensor]] = {}
    for part in pictures.split(CHUNK):
        maps = discriminator.maps(moved(part, device_of(discriminator)))
        for name, value in {"edges": gradient_histograms(part), "discriminator": maps[-2].flatten(1)}.items():
            named.setdefault(name, []).append(functional.normalize(value).cpu())
    features = {name: torch.cat(values).double().numpy() for name, values in named.items()}
    return features | {"both": np.concatenate(list(features.values()), axis=1) / np.sqrt(len(features))}


def _squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    apart = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2.0 * first @ second.T
    return apart.clip(0.0)


@dataclass(frozen=True)
class Labeller:
    """votes = exp(-sharpness |features - known|^2) . weights."""

    kind: str
    known: np.ndarray
    sharpness: float
    weights: np.ndarray
    left_out_deg: np.ndarray
    """Errors of the labelled pictures when each is left out, with its mirror."""

    def votes(self, features: dict[str, np.ndarray]) -> np.ndarray:
        """Bumps over the azimuth bins [N,BINS]; their mean over pictures of one viewpoint is better than each."""
        return np.exp(-self.sharpness * _squared_distances(features[self.kind], self.known)) @ self.weights


def learn_labeller(
    features: dict[str, np.ndarray], mirrored: dict[str, np.ndarray], azimuth_deg: np.ndarray
) -> Labeller:
    """Learn from features of N labelled pictures and of their mirror images."""
    tried = []
    for kind in features:
        known = np.concatenate([features[kind], mirrored[kind]])
        apart = _squared_distances(known, known)
        for width in WIDTHS:
            sharpness = float(width / max(np.median(apart), 1e-9))
            tried += [_fit(kind, known, sharpness, np.exp(-sharpness * apart), azimuth_deg, ridge) for ridge in RIDGES]
    return min(tried, key=lambda labeller: labeller.left_out_deg.mean())


def _fit(
    kind: str, known: np.ndarray, sharpness: float, kernel: np.ndarray, azimuth_deg: np.ndarray, ridge: float
) -> Labeller:
    """Leaving a pair out in closed form: y - (C_pair)^-1 (C y)_pair with C = (kernel + ridge)^-1."""
    count = len(azimuth_deg)
    y = spread_over_bins(np.concatenate([azimuth_deg, -azimuth_deg]))
    inverse = np.linalg.inv(kernel + ridge * np.eye(2 * count))
    weights = inverse @ y
    pairs = np.stack([np.arange(count), np.arange(count) + count], axis=1)
    blocks = inverse[pairs[:, :, None], pairs[:, None, :]]
    left_out = y[pairs] - np.linalg.solve(blocks, weights[pairs])
    return Labeller(kind, known, sharpness, weights, apart_deg(peak_deg(left_out[:, 0]), azimuth_deg))
