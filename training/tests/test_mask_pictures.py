"""Masks drawn for a person to look at."""

import numpy as np

from turnaround_training.mask_pictures import BOTH, FIRST_ALONE, NEITHER, OUTLINE, SECOND_ALONE, outlined, overlap


def test_an_outline_is_the_border_of_the_mask_and_ends_at_the_picture():
    inside = np.zeros((7, 8), bool)
    inside[1:6, 3:] = True
    drawn = outlined(np.full((7, 8, 3), 50, np.uint8), inside)
    green = (drawn == OUTLINE).all(-1)
    border = inside.copy()
    border[2:5, 4:] = False
    assert np.array_equal(green, border) and (drawn[~green] == 50).all()


def test_two_masks_over_each_other_tell_all_four_cases():
    first, second = np.array([[False, True], [False, True]]), np.array([[False, False], [True, True]])
    assert overlap(first, second).tolist() == [[[*NEITHER], [*FIRST_ALONE]], [[*SECOND_ALONE], [*BOTH]]]
