"""Smaller pictures by area averages."""

from __future__ import annotations

import numpy as np


def area_averaged(picture: np.ndarray, size: int) -> np.ndarray:
    """uint8 [S,S,C], S a multiple of size -> uint8 [size,size,C], rounded to the nearest."""
    share = picture.shape[0] // size
    sums = picture.reshape(size, share, size, share, -1).sum(axis=(1, 3), dtype=np.uint32)
    return ((sums + share * share // 2) // (share * share)).astype(np.uint8)
