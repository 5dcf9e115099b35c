"""Masks as a person sees them: an outline over a picture, two masks over each other."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_erosion

OUTLINE = (0, 255, 0)
NEITHER, FIRST_ALONE, SECOND_ALONE, BOTH = (30, 30, 30), (60, 120, 255), (255, 140, 0), (225, 225, 225)


def outlined(picture: np.ndarray, inside: np.ndarray, width: int = 1) -> np.ndarray:
    """A copy of a picture uint8 [H,W,3] with the border of a mask bool [H,W] in green, `width` pixels of the mask."""
    edge = inside & ~binary_erosion(inside, iterations=width, border_value=1)
    return np.where(edge[..., None], np.uint8(OUTLINE), picture)


def overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Two masks bool [...] as colours uint8 [...,3]: the first alone blue, the second alone orange, both light grey."""
    colours = np.array([NEITHER, FIRST_ALONE, SECOND_ALONE, BOTH], np.uint8)
    return colours[first.astype(int) + 2 * second]
