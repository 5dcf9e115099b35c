"""Chooses viewpoint codes: those that show all cars from one azimuth, spread over all bins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from turnaround_training.gan.load import Trained
from turnaround_training.views.circle import apart_deg, bin_of, mean_deg, peak_deg
from turnaround_training.views.compose import compose
from turnaround_training.views.settings import BIN_DEG, BINS, ViewSettings

POOL = 4


@dataclass(frozen=True)
class Chosen:
    """K viewpoint codes: w [K,width], their azimuths [K] by the labeller, bins [K], and how far the cars agree [K] in 0..1."""

    codes: Tensor
    azimuth_deg: np.ndarray
    bins: np.ndarray
    agreement: np.ndarray


def drawn_with(trained: Trained, views: Tensor, contents: Tensor, cut: int) -> Tensor:
    """Every view code [K,width] with every content code [M,width] -> pictures [K*M,3,S,S], a view's cars together."""
    pairs = views.repeat_interleave(len(contents), 0), contents.repeat(len(views), 1)
    return trained.draw(compose(*pairs, cut, trained.generator.inputs))


def choose_codes(
    trained: Trained, votes_of: Callable[[Tensor], np.ndarray], cut: int, settings: ViewSettings
) -> Chosen:
    """Look at the settings' number of random codes, each with the same cars; bins in which none falls stay empty.

    A bin's codes are, among the POOL * per_bin whose cars agree best, those that lie farthest apart, so that
    they differ in elevation and framing.
    """
    candidates, per_bin = settings.candidates, settings.per_bin
    codes = trained.codes(candidates, (settings.seed, 3))
    cars = trained.codes(settings.contents, (settings.seed, 4), settings.psi)
    azimuth, agreement = np.zeros(candidates), np.zeros(candidates)
    for number in range(candidates):
        votes = votes_of(drawn_with(trained, codes[number : number + 1], cars, cut))
        azimuth[number] = peak_deg(votes.mean(axis=0, keepdims=True))[0]
        agreement[number] = mean_deg(peak_deg(votes))[1]
    kept: list[int] = []
    bins = bin_of(azimuth)
    near = apart_deg(azimuth, bins * BIN_DEG) <= BIN_DEG / 3
    for number in range(BINS):
        own = np.flatnonzero((bins == number) & near)
        own = own[np.argsort(-agreement[own])][: POOL * per_bin]
        kept += _apart(codes[torch.from_numpy(own)], own, per_bin)
    order = np.array(kept, int)
    return Chosen(codes[torch.from_numpy(order)], azimuth[order], bins[order], agreement[order])


def _apart(codes: Tensor, numbers: np.ndarray, count: int) -> list[int]:
    """Farthest-point choice of up to `count`, beginning with the first."""
    if len(numbers) == 0:
        return []
    chosen = [0]
    distance = (codes - codes[0]).norm(dim=1)
    while len(chosen) < min(count, len(numbers)):
        chosen.append(int(distance.argmax()))
        distance = torch.minimum(distance, (codes - codes[chosen[-1]]).norm(dim=1))
    return [int(numbers[index]) for index in chosen]
