"""Lettering behind cars and reflections on them: where they may be, and that they change something."""

import numpy as np

from turnaround_training.data.reflections import add_reflections
from turnaround_training.data.signs import add_sign, word_of

BACKDROP = np.tile(np.linspace(0, 255, 128, dtype=np.uint8)[None, :, None], (64, 1, 3))


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A grey picture with a car's mask in its middle."""
    mask = np.zeros((96, 128), np.float32)
    mask[40:80, 20:100] = 1
    return np.full((96, 128, 3), 0.5, np.float32), mask


def test_a_sign_stays_behind_the_car():
    picture, mask = scene()
    changed = 0
    for seed in range(20):
        signed = add_sign(picture, mask, np.random.default_rng(seed))
        assert np.array_equal(signed[mask > 0], picture[mask > 0])
        assert 0 <= signed.min() and signed.max() <= 1
        changed += bool((signed != picture).any())
    assert changed > 10


def test_a_word_has_several_glyphs_in_a_row():
    wide, high = [], []
    for seed in range(20):
        word, first = word_of(200, 200, np.random.default_rng(seed))
        rows, columns = np.nonzero(np.maximum(word, first))
        if len(rows):
            wide.append(np.ptp(columns))
            high.append(np.ptp(rows))
    assert np.median(wide) > 2 * np.median(high)


def test_reflections_stay_on_the_car():
    picture, mask = scene()
    for seed in range(20):
        shiny = add_reflections(picture, mask, [BACKDROP], np.random.default_rng(seed))
        assert np.array_equal(shiny[mask == 0], picture[mask == 0])
        assert (shiny[mask > 0] != picture[mask > 0]).any()
        assert 0 <= shiny.min() and shiny.max() <= 1


def test_without_a_car_nothing_reflects():
    picture, mask = scene()
    assert add_reflections(picture, mask * 0, [BACKDROP], np.random.default_rng(1)) is picture
