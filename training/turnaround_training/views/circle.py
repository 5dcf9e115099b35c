"""Azimuths as distributions over bins."""

from __future__ import annotations

import numpy as np

from turnaround_training.views.settings import BIN_DEG, BINS

SHARPNESS = 6.0
REACH = 2


def spread_over_bins(azimuth_deg: np.ndarray) -> np.ndarray:
    """[N] -> [N,BINS]: von Mises bumps exp(k (cos d - 1)) about the azimuth, 1 where a bin's centre is hit."""
    apart = np.deg2rad(np.asarray(azimuth_deg)[:, None] - np.arange(BINS) * BIN_DEG)
    return np.exp(SHARPNESS * (np.cos(apart) - 1.0))


def peak_deg(votes: np.ndarray) -> np.ndarray:
    """[N,BINS] -> azimuth [N] in 0..360: circular mean of the highest bin and two neighbours on each side."""
    best = votes.argmax(axis=1)
    offsets = np.arange(-REACH, REACH + 1)
    near = np.take_along_axis(votes, (best[:, None] + offsets) % BINS, axis=1).clip(1e-6)
    turn = np.angle((near * np.exp(1j * np.deg2rad(offsets * BIN_DEG))).sum(axis=1))
    return (best * BIN_DEG + np.rad2deg(turn)) % 360.0


def apart_deg(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Angle between azimuths, 0..180 degrees."""
    return np.abs((np.asarray(first) - np.asarray(second) + 180.0) % 360.0 - 180.0)


def bin_of(azimuth_deg: np.ndarray) -> np.ndarray:
    """The bin whose centre is nearest, 0..BINS-1."""
    return np.round(np.asarray(azimuth_deg) / BIN_DEG).astype(int) % BINS


def mean_deg(azimuth_deg: np.ndarray) -> tuple[float, float]:
    """Circular mean in 0..360 and the resultant's length 0..1 (1: all alike) of azimuths [N]."""
    vector = np.exp(1j * np.deg2rad(azimuth_deg)).mean()
    return float(np.rad2deg(np.angle(vector)) % 360.0), float(np.abs(vector))
