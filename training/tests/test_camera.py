"""The camera against the written convention, computed here by hand and by plain vector algebra."""

import math

import numpy as np
import pytest
import torch

from turnaround_training.camera import camera_axes, project


def scalar(value: float) -> torch.Tensor:
    return torch.tensor([value], dtype=torch.float64)


def project_one(
    point, azimuth=0.0, elevation=0.0, roll=0.0, distance=2.4, tangent=0.25, offset=(0, 0), target=(0, 0, 0)
):
    fractions, depth = project(
        torch.tensor([[point]], dtype=torch.float64),
        scalar(azimuth), scalar(elevation), scalar(roll), scalar(distance), scalar(tangent),
        torch.tensor([offset], dtype=torch.float64), torch.tensor([target], dtype=torch.float64),
    )
    return fractions[0, 0].numpy(), float(depth)


def test_car_left_is_on_the_right_of_a_front_view():
    fractions, depth = project_one((0.1, 0.05, 0.4))
    assert depth == pytest.approx(2.0)
    assert fractions == pytest.approx([0.5 + 0.1 / 2 / 0.25 / 2, 0.5 - 0.05 / 2 / 0.25 / 2])


def test_azimuth_90_looks_at_the_left_side_front_to_the_left():
    fractions, _ = project_one((0.0, 0.0, 0.5), azimuth=math.pi / 2)
    assert fractions[0] < 0.4 and fractions[1] == pytest.approx(0.5)


def test_against_cross_products():
    generator = np.random.default_rng(3)
    for _ in range(20):
        azimuth, elevation, roll = generator.uniform((-4, -0.5, -1), (4, 1.2, 1))
        towards = np.array(
            [math.sin(azimuth) * math.cos(elevation), math.sin(elevation), math.cos(azimuth) * math.cos(elevation)]
        )
        forward = -towards
        right0 = np.cross(forward, (0, 1, 0))
        right0 /= np.linalg.norm(right0)
        up0 = np.cross(right0, forward)
        up = math.cos(roll) * up0 + math.sin(roll) * right0
        right = math.cos(roll) * right0 - math.sin(roll) * up0
        axes = camera_axes(scalar(azimuth), scalar(elevation), scalar(roll))
        for mine, theirs in zip(axes, (towards, right, up, forward), strict=True):
            assert mine[0].numpy() == pytest.approx(theirs, abs=1e-12)


def test_offset_moves_right_and_down():
    centre, _ = project_one((0, 0, 0), offset=(0.1, 0.2))
    assert centre == pytest.approx([0.6, 0.7])
