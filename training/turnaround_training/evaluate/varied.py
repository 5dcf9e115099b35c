"""Which pictures stand for all on a sheet: of different scenes, with the cars taking turns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np


def varied(scenes: Sequence[int], cars: Sequence[str], count: int) -> np.ndarray:
    """Places of up to `count` pictures, given each one's scene and car: the first of a scene, cars in turn."""
    firsts: dict[str, list[int]] = {}
    for place in np.unique(scenes, return_index=True)[1]:
        firsts.setdefault(cars[place], []).append(int(place))
    turns = [place for turn in zip_longest(*firsts.values()) for place in turn if place is not None]
    return np.array(turns[:count])
