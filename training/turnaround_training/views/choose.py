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
MEMBERS = 8
ALIKE = 1e-3


@dataclass(frozen=True)
class Chosen:
    """K viewpoint codes: w [K,width], azimuths [K] by the labeller, bins [K], how far the cars agree [K] in 0..1."""

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
    """Look at the settings' number of random codes, each with the same cars, then at means of those of one bin.

    A mean keeps the viewpoint that its codes share and loses the car that each of them brings along. A bin's
    codes are, among the POOL * per_bin whose cars agree best, those that lie farthest apart, so that they
    differ in elevation and framing. Bins in which no code falls stay empty.
    """
    cars = trained.codes(settings.contents, (settings.seed, 4), settings.psi)

    def looked_at(codes: Tensor) -> tuple[np.ndarray, np.ndarray]:
        votes = [votes_of(drawn_with(trained, code[None], cars, cut)) for code in codes]
        azimuth = peak_deg(np.stack([each.mean(axis=0) for each in votes]))
        return azimuth, np.array([mean_deg(peak_deg(each))[1] for each in votes])

    codes = trained.codes(settings.candidates, (settings.seed, 3))
    azimuth, agreement = looked_at(codes)
    means = _means_of_bins(codes, azimuth, agreement, settings)
    seen = looked_at(means)
    codes, azimuth, agreement = torch.cat([codes, means]), np.append(azimuth, seen[0]), np.append(agreement, seen[1])
    kept: list[int] = []
    bins = bin_of(azimuth)
    near = apart_deg(azimuth, bins * BIN_DEG) <= BIN_DEG / 3
    for number in range(BINS):
        own = np.flatnonzero((bins == number) & near)
        own = own[np.argsort(-agreement[own])][: POOL * settings.per_bin]
        kept += _apart(codes[torch.from_numpy(own)], own, settings.per_bin)
    order = np.array(kept, int)
    return Chosen(codes[torch.from_numpy(order)], azimuth[order], bins[order], agreement[order])


def clean_viewpoints(trained: Trained, votes_of: Callable[[Tensor], np.ndarray], settings: ViewSettings) -> Tensor:
    """Mean codes of whole pictures that the labeller puts into one bin: `swaps` of them [swaps,width]."""
    codes = trained.codes(settings.candidates, (settings.seed, 3))
    azimuth = peak_deg(votes_of(trained.draw(trained.generator.spread(codes))))
    means = _means_of_bins(codes, azimuth, np.ones(len(codes)), settings)
    chosen = np.random.default_rng((settings.seed, 8)).integers(0, len(means), settings.swaps)
    return means[torch.from_numpy(chosen)]


def _means_of_bins(codes: Tensor, azimuth: np.ndarray, agreement: np.ndarray, settings: ViewSettings) -> Tensor:
    """Means of MEMBERS random codes of one bin, POOL * per_bin for each bin; of the half that agrees better."""
    random = np.random.default_rng((settings.seed, 7))
    bins, means = bin_of(azimuth), []
    for number in range(BINS):
        own = np.flatnonzero(bins == number)
        own = own[np.argsort(-agreement[own])][: max(1, len(own) // 2)] if len(own) else own
        for _ in range(POOL * settings.per_bin if len(own) else 0):
            members = random.choice(own, min(MEMBERS, len(own)), replace=False)
            means.append(codes[torch.from_numpy(members)].mean(dim=0))
    return torch.stack(means) if means else codes[:0]


def _apart(codes: Tensor, numbers: np.ndarray, count: int) -> list[int]:
    """Farthest-point choice of up to `count`, beginning with the first."""
    if len(numbers) == 0:
        return []
    chosen = [0]
    distance = (codes - codes[0]).norm(dim=1)
    while len(chosen) < count and float(distance.max()) > ALIKE:
        chosen.append(int(distance.argmax()))
        distance = torch.minimum(distance, (codes - codes[chosen[-1]]).norm(dim=1))
    return [int(numbers[index]) for index in chosen]
