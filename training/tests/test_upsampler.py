"""The upsampler: what it is taught with, what it begins as, that it learns, that wrong settings are named."""

import json

import numpy as np
import pytest
import torch

from synthetic import write_renders
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.neural.layers import twice_smooth
from turnaround_training.upsampler import stage
from turnaround_training.upsampler.dataset import made_small, make_batch
from turnaround_training.upsampler.network import Upsampler
from turnaround_training.upsampler.stage import upsampler_losses


def ramp(slope):
    """[1,3,32,32]: grows to the right by `slope` a pixel."""
    return (torch.arange(32.0) * slope).expand(1, 3, 32, 32)


def test_making_small_keeps_a_ramp_and_means_and_blurs_by_its_deviation():
    small = made_small(ramp(0.01), np.array([0.7]))
    expected = (2 * torch.arange(16.0) + 0.5) * 0.01
    assert torch.allclose(small[0, 0, 5, 2:-2], expected[2:-2], atol=1e-6)
    dot = torch.zeros(2, 3, 32, 32)
    dot[:, :, 16:18, 16:18] = 1.0
    sharp, soft = made_small(dot, np.array([0.0, 0.6]))
    assert sharp[0, 8, 8] == 1 and float(sharp[0].sum()) == pytest.approx(1)
    taps = np.exp(-0.5 * (np.arange(-2, 3) / 0.6) ** 2)
    assert np.allclose(soft[1, 8, 6:11], taps * taps[2] / taps.sum() ** 2, atol=1e-6)
    assert float(soft[0].sum()) == pytest.approx(1, abs=1e-6)


def test_a_batch_holds_pieces_of_renders_and_is_seeded(tmp_path):
    renders = RenderSet(write_renders(tmp_path / "renders"))
    first, again = (make_batch(renders, 3, 48, np.random.default_rng(5)) for _ in range(2))
    assert first["small"].shape == (3, 3, 24, 24) and first["truth"].shape == (3, 3, 48, 48)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert 0 <= float(first["truth"].min()) and float(first["truth"].max()) <= 1


def test_a_new_network_is_bilinear_and_works_at_any_even_size():
    picture = torch.rand(2, 3, 20, 20)
    assert torch.allclose(Upsampler().eval()(picture), twice_smooth(picture), atol=1e-6)


def test_losses_are_nothing_for_the_truth_and_see_edges():
    truth = torch.rand(1, 3, 8, 8)
    assert all(float(value) == 0 for value in upsampler_losses(truth, truth).values())
    brighter = upsampler_losses(truth + 0.1, truth)
    assert float(brighter["colour"]) == pytest.approx(0.1, abs=1e-6)
    assert float(brighter["steps"]) == pytest.approx(0, abs=1e-6)
    assert float(upsampler_losses(ramp(0.1), ramp(0.0))["steps"]) == pytest.approx(0.05, abs=1e-6)


def test_it_learns_goes_on_and_draws_a_sheet(tmp_path):
    paths = {"renders": str(write_renders(tmp_path / "renders"))}
    section = {
        "run": str(tmp_path / "run"), "steps": 60, "batch": 4, "side": 32, "log_every": 5, "learning_rate": 5e-3,
        "warm_up_steps": 5, "threads": 1,
    }
    stage.run({"paths": paths, "upsampler": section})
    entries = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    first, last = (np.mean([entry["colour"] for entry in part]) for part in (entries[:3], entries[-3:]))
    assert last < first
    stage.run({"paths": paths, "upsampler": {**section, "steps": 65}})
    assert json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])["step"] == 65
    assert (tmp_path / "run" / "sheet.png").exists()


@pytest.mark.parametrize("side", [33, 4, 300])
def test_a_side_that_cannot_be_is_named(tmp_path, side):
    paths = {"renders": str(write_renders(tmp_path / "renders"))}
    with pytest.raises(StageError, match=rf"even, 8 to 256, not {side}"):
        stage.run({"paths": paths, "upsampler": {"run": str(tmp_path / "run"), "side": side}})
