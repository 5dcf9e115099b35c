"""Steps between neighbouring pixels, against closed forms."""

import pytest
import torch

from turnaround_training.neighbour_steps import neighbour_steps


def test_a_constant_has_none_and_ramps_have_their_slopes():
    assert float(neighbour_steps(torch.full((2, 3, 5, 4), 0.7))) == 0
    across, down = torch.arange(4.0).expand(1, 1, 5, 4), torch.arange(5.0)[:, None].expand(1, 1, 5, 4)
    assert float(neighbour_steps(0.3 * across)) == pytest.approx(0.15)
    assert float(neighbour_steps(0.3 * across - 0.5 * down)) == pytest.approx(0.4)
