"""Where the viewpoint ends and the content begins among the style inputs, measured by swapping them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from turnaround_training.gan.load import Trained
from turnaround_training.views.circle import apart_deg
from turnaround_training.views.compose import compose
from turnaround_training.views.referee import Verdict

LEVELS = 4
AZIMUTH_SHARE = 0.9


@dataclass(frozen=True)
class CutCurves:
    """Shares of what separates the pictures of the two codes; all lists have one entry per style input.

    Entry i of `alone_*`: input i alone is taken from the other code. Entry i of `until_*`: inputs 0..i are.
    `*_azimuth` by the labeller chooses the cut; `*_colour` (histograms), and `*_referee` (azimuth) and
    `*_shape` by the pose encoder, are only shown.
    """

    alone_azimuth: list[float]
    alone_colour: list[float]
    alone_referee: list[float]
    alone_shape: list[float]
    until_azimuth: list[float]
    until_colour: list[float]
    until_referee: list[float]
    until_shape: list[float]

    def cut(self) -> int:
        """The fewest early inputs that carry AZIMUTH_SHARE of the viewpoint; what is left over is content."""
        reached = [number for number, share in enumerate(self.until_azimuth[:-1], 1) if share >= AZIMUTH_SHARE]
        return reached[0] if reached else len(self.until_azimuth) - 1


def colour_histograms(pictures: Tensor) -> np.ndarray:
    """[N,3,S,S] in -1..1 -> shares [N,64] of 4x4x4 colours, which hardly know the viewpoint."""
    steps = ((pictures * 0.5 + 0.5) * LEVELS).long().clamp(0, LEVELS - 1)
    colour = (steps[:, 0] * LEVELS + steps[:, 1]) * LEVELS + steps[:, 2]
    count = torch.nn.functional.one_hot(colour.flatten(1), LEVELS**3).sum(dim=1)
    return (count / colour[0].numel()).numpy()


def measure_cut(
    trained: Trained,
    first: Tensor,
    second: Tensor,
    azimuth_of: Callable[[Tensor], np.ndarray],
    referee: Callable[[Tensor], Verdict],
) -> CutCurves:
    """Give cars `first` [N,width] the style inputs of the viewpoints `second` [N,width] and see what changes."""
    inputs, total = trained.inputs, trained.generator.inputs
    ends = [_seen(trained, trained.generator.spread(w), azimuth_of, referee) for w in (first, second)]
    alone, until = [], []
    for number in range(inputs):
        only = trained.generator.spread(first).clone()
        only[:, number] = second
        alone.append(_seen(trained, only, azimuth_of, referee))
        until.append(_seen(trained, compose(second, first, number + 1, total), azimuth_of, referee))
    whole = _apart(*ends)
    shares = {
        f"{name}_{kind}": [round(float(_apart(ends[0], seen)[kind] / max(whole[kind], 1e-6)), 4) for seen in found]
        for name, found in (("alone", alone), ("until", until)) for kind in whole
    }
    return CutCurves(**shares)


_Seen = tuple[np.ndarray, np.ndarray, Verdict]


def _seen(
    trained: Trained, w_plus: Tensor, azimuth_of: Callable[[Tensor], np.ndarray], referee: Callable[[Tensor], Verdict]
) -> _Seen:
    pictures = trained.draw(w_plus)
    return azimuth_of(pictures), colour_histograms(pictures), referee(pictures)


def _apart(first: _Seen, second: _Seen) -> dict[str, float]:
    return {
        "azimuth": float(apart_deg(first[0], second[0]).mean()),
        "colour": float(np.abs(first[1] - second[1]).sum(axis=1).mean()),
        "referee": float(apart_deg(first[2].azimuth_deg, second[2].azimuth_deg).mean()),
        "shape": float(np.linalg.norm(first[2].shape - second[2].shape, axis=1).mean()),
    }
