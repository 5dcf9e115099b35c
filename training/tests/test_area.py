"""Area averages against means in floating point."""

import numpy as np
import pytest

from turnaround_training.data.area import area_averaged


@pytest.mark.parametrize("share,channels", [(1, 3), (2, 4), (3, 3), (8, 1)])
def test_means_are_rounded_to_the_nearest(share, channels):
    picture = np.random.default_rng(0).integers(0, 256, (5 * share, 5 * share, channels), np.uint8)
    means = picture.reshape(5, share, 5, share, channels).mean(axis=(1, 3))
    shrunk = area_averaged(picture, 5)
    assert shrunk.dtype == np.uint8 and np.array_equal(shrunk, np.floor(means + 0.5))
