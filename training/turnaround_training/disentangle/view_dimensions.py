"""Which entries of w_plus belong to the viewpoint: those of the early inputs that follow the view labels most."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def view_mask(w_plus: Tensor, view: Tensor, cut: int, share: float) -> Tensor:
    """0/1 mask [J,D] of the `share` (above 0, to 1) of the first `cut` inputs' entries whose variance the viewpoint
    explains most.

    Explained variance is that of a least-squares fit of w_plus [N,J,D] on
    the waves of view [N,3] (sin, cos azimuth, elevation) to the second order.
    """
    count, inputs, width = w_plus.shape
    early = w_plus[:, :cut].reshape(count, -1).double().numpy()
    early = early - early.mean(0)
    waves = view_waves(view.double().numpy())
    fitted = waves @ np.linalg.lstsq(waves, early, rcond=None)[0]
    explained = fitted.var(0)
    wanted = max(1, round(share * cut * width))
    mask = torch.zeros(inputs * width)
    mask[torch.from_numpy(np.argsort(-explained)[:wanted].copy())] = 1.0
    return mask.reshape(inputs, width)


def view_waves(view: np.ndarray) -> np.ndarray:
    """Constant, azimuth waves of order 1 and 2 and elevation: [N,6]."""
    sine, cosine, elevation = view.T
    return np.stack([np.ones_like(sine), sine, cosine, 2 * sine * cosine, cosine**2 - sine**2, elevation], 1)
