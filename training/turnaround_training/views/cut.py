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


@dataclass(frozen=True)
class CutCurves:
    """Shares of what separates the pictures of the two codes; all lists have one entry per style input.

    Entry i of `alone_*`: how far pictures move when input i alone is taken from the other code. Entry i of `arrived_*`:
    how much nearer to the other code's picture they are when inputs 0..i are, 1 for that picture itself. `*_azimuth` by
    the labeller and `*_colour` (histograms) choose the cut; `*_referee` (azimuth) and `*_shape` by the pose encoder are
    only shown.
    """

    alone_azimuth: list[float]
    alone_colour: list[float]
    alone_referee: list[float]
    alone_shape: list[float]
    arrived_azimuth: list[float]
    arrived_colour: list[float]
    arrived_referee: list[float]
    arrived_shape: list[float]

    def cut(self) -> int:
        """The number of early inputs by which azimuth is farthest ahead of colours on the way to the viewpoint's code.

        How far the azimuth has moved says little: a car turned anywhere has moved as far as one turned as asked.
        """
        gains = np.subtract(self.arrived_azimuth, self.arrived_colour)[:-1]
        return int(gains.argmax()) + 1


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
    alone, together = [], []
    for number in range(inputs):
        only = trained.generator.spread(first).clone()
        only[:, number] = second
        alone.append(_seen(trained, only, azimuth_of, referee))
        together.append(_seen(trained, compose(second, first, number + 1, total), azimuth_of, referee))
    whole = _apart(*ends)

    def shares(found: list[_Seen], end: _Seen, kind: str) -> list[float]:
        return [float(_apart(end, seen)[kind] / max(whole[kind], 1e-6)) for seen in found]

    curves = {f"alone_{kind}": shares(alone, ends[0], kind) for kind in whole}
    curves |= {f"arrived_{kind}": [1 - left for left in shares(together, ends[1], kind)] for kind in whole}
    return CutCurves(**{name: [round(share, 4) for share in curve] for name, curve in curves.items()})


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
