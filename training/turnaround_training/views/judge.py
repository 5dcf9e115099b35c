"""How far the labels are from the pose encoder's opinion."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from turnaround_training.views.choose import drawn_with
from turnaround_training.views.circle import apart_deg, mean_deg
from turnaround_training.views.referee import Verdict
from turnaround_training.views.settings import BIN_DEG, ViewSettings
from turnaround_training.views.store import Views

FLIP_DEG = 90.0


def judged(views: Views, referee: Callable[[Tensor], Verdict], settings: ViewSettings) -> dict[str, object]:
    """Angles between each labelled code's bin and the encoder's circular mean over cars; and how far its cars agree."""
    cars = views.trained.codes(settings.contents, (settings.seed, 6), settings.psi)
    apart, agreement = [], []
    for code in np.flatnonzero(views.bins >= 0):
        seen = referee(drawn_with(views.trained, views.codes[code : code + 1], cars, views.cut)).azimuth_deg
        middle, length = mean_deg(seen)
        apart.append(float(apart_deg(middle, views.bins[code] * BIN_DEG)))
        agreement.append(length)
    errors = np.array(apart)
    return {
        "codes": len(errors), "median_deg": round(float(np.median(errors)), 2),
        "inside_bin": round(float((errors <= BIN_DEG / 2).mean()), 4),
        "within_30_deg": round(float((errors <= BIN_DEG).mean()), 4),
        "flips": round(float((errors > FLIP_DEG).mean()), 4),
        "agreement_of_cars": round(float(np.mean(agreement)), 4),
        "per_code_deg": [round(value, 1) for value in apart],
    }
