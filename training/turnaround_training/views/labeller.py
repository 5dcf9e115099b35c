"""The automatic labeller: azimuth from at most 100 labelled pictures.

Ridge regression in the GAN discriminator's own features (learned without labels) and in histograms of
gradients, from features to bumps over azimuth bins. Every labelled picture is also used mirrored, with
its azimuth negated. Which features and how much ridge is chosen by leaving each picture out with its mirror.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.views.circle import apart_deg, peak_deg, spread_over_bins

RIDGES = (1e-3, 1e-2, 1e-1, 1.0)
CELLS, ORIENTATIONS = 8, 8
CHUNK = 64


def gradient_histograms(pictures: Tensor) -> Tensor:
    """[N,3,S,S] -> [N,8*8*8]: strength of the edges by place (8x8 cells) and direction (8 of 180 degrees)."""
    grey = functional.interpolate(pictures.mean(dim=1, keepdim=True), size=(64, 64), mode="bilinear", align_corners=False)
    across = functional.pad(grey[..., 2:] - grey[..., :-2], (1, 1, 0, 0))
    down = functional.pad(grey[..., 2:, :] - grey[..., :-2, :], (0, 0, 1, 1))
    strength = (across.square() + down.square()).sqrt()
    turn = torch.remainder(torch.atan2(down, across), torch.pi) / torch.pi * ORIENTATIONS
    steps = torch.arange(ORIENTATIONS)[None, :, None, None]
    apart = (turn - steps).abs()
    share = (1.0 - torch.minimum(apart, ORIENTATIONS - apart)).clamp(min=0.0)
    return functional.adaptive_avg_pool2d(share * strength, CELLS).flatten(1)


@torch.no_grad()
def describe(discriminator: Discriminator, pictures: Tensor) -> dict[str, np.ndarray]:
    """Features by name, float64 [N,F] each, of pictures [N,3,S,S] in -1..1; rows have unit length."""
    named: dict[str, list[Tensor]] = {}
    for part in pictures.split(CHUNK):
        maps = discriminator.maps(part)
        for name, value in {"places": maps[-2], "whole": maps[-1], "edges": gradient_histograms(part)}.items():
            named.setdefault(name, []).append(functional.normalize(value.flatten(1).sqrt() if name == "edges" else value.flatten(1)))
    features = {name: torch.cat(values).double().numpy() for name, values in named.items()}
    return features | {"all": np.concatenate(list(features.values()), axis=1) / np.sqrt(len(features))}


@dataclass(frozen=True)
class Labeller:
    """Ridge regression: votes = features . directions + level."""

    kind: str
    directions: np.ndarray
    level: np.ndarray
    left_out_deg: np.ndarray
    """Errors of the labelled pictures when each is left out, with its mirror."""

    def votes(self, features: dict[str, np.ndarray]) -> np.ndarray:
        """Bumps over the azimuth bins [N,BINS]; their mean over pictures of one viewpoint is better than each."""
        return features[self.kind] @ self.directions + self.level


def learn_labeller(features: dict[str, np.ndarray], mirrored: dict[str, np.ndarray], azimuth_deg: np.ndarray) -> Labeller:
    """Learn from features of N labelled pictures and of their mirror images."""
    tried = [
        _fit(kind, np.concatenate([features[kind], mirrored[kind]]), azimuth_deg, ridge) for kind in features for ridge in RIDGES
    ]
    return min(tried, key=lambda labeller: labeller.left_out_deg.mean())


def _fit(kind: str, x: np.ndarray, azimuth_deg: np.ndarray, ridge: float) -> Labeller:
    """In its dual form, with a constant feature 1 (not by centring: that would give the left-out row away)."""
    count = len(azimuth_deg)
    y = spread_over_bins(np.concatenate([azimuth_deg, -azimuth_deg]))
    inverse = np.linalg.inv(x @ x.T + 1.0 + ridge * np.eye(2 * count))
    weights = inverse @ y
    pairs = np.stack([np.arange(count), np.arange(count) + count], axis=1)
    blocks = inverse[pairs[:, :, None], pairs[:, None, :]]
    left_out = y[pairs] - np.linalg.solve(blocks, weights[pairs])
    return Labeller(kind, x.T @ weights, weights.sum(axis=0), apart_deg(peak_deg(left_out[:, 0]), azimuth_deg))
