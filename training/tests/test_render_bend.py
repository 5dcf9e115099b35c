"""The bend: identity at zero, symmetric, wheels round and grounded, monotone, and equal in Python and JavaScript."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from turnaround_training.render import bend as module
from turnaround_training.render.bend import RANGES, bend, identity, random_bend

VECTORS = Path(__file__).with_name("bend_vectors.json")
TWIN = Path(module.__file__).with_name("page") / "bend.js"
BOX = np.array([[-0.2, 0.0, -0.5], [0.2, 0.32, 0.5]])
SCRIPT = """
import { readFileSync } from 'node:fs';
const { makeBend } = await import(process.argv[1]);
const cases = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const bent = cases.map(({ box, parameters, points }) => {
  const bend = makeBend(parameters, box);
  return points.map((p) => { const out = [0, 0, 0]; bend(...p, out); return out; });
});
process.stdout.write(JSON.stringify(bent));
"""


def some_points(count: int = 400) -> np.ndarray:
    return np.random.default_rng(3).uniform(BOX[0], BOX[1], (count, 3))


def extreme_bends() -> list[dict[str, float]]:
    single = [{**identity(), name: value} for name, limits in RANGES.items() for value in limits]
    random = np.random.default_rng(4)
    return single + [random_bend(random, 0.3, -0.3) for _ in range(20)]


def test_zero_parameters_change_nothing():
    points = some_points()
    assert bend(points, identity(), BOX) == pytest.approx(points, abs=1e-12)


def test_stored_numbers_are_reproduced():
    for case in json.loads(VECTORS.read_text()):
        result = bend(np.array(case["points"]), case["parameters"], np.array(case["box"]))
        assert result == pytest.approx(np.array(case["bent"]), abs=1e-9)


def test_javascript_twin_gives_the_same_numbers():
    command = ["node", "--input-type=module", "-e", SCRIPT, TWIN.as_uri(), str(VECTORS)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for case, bent in zip(json.loads(VECTORS.read_text()), answer, strict=True):
        assert np.array(bent) == pytest.approx(np.array(case["bent"]), abs=1e-9)


@pytest.mark.parametrize("parameters", extreme_bends())
def test_symmetry_ground_and_length_are_kept(parameters):
    points = some_points()
    bent = bend(points, parameters, BOX)
    assert bend(points * [-1, 1, 1], parameters, BOX) == pytest.approx(bent * [-1, 1, 1], abs=1e-12)
    ends = bend(np.array([[0, 0, -0.5], [0, 0, 0.5], [0.1, 0, 0.2]]), parameters, BOX)
    assert ends[:2, 2] == pytest.approx([-0.5, 0.5])
    assert ends[:, 1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("parameters", extreme_bends())
def test_no_fold(parameters):
    points, step = some_points(), 1e-5
    columns = [(bend(points + d, parameters, BOX) - bend(points, parameters, BOX)) / step for d in np.eye(3) * step]
    assert np.linalg.det(np.stack(columns, axis=-1)).min() > 0.05


@pytest.mark.parametrize("parameters", extreme_bends())
def test_wheels_stay_round(parameters):
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    wheel = np.stack([np.full(40, 0.18), 0.07 + 0.07 * np.sin(angle), 0.3 + 0.07 * np.cos(angle)], axis=1)
    width, height = np.ptp(bend(wheel, parameters, BOX)[:, 2]), np.ptp(bend(wheel, parameters, BOX)[:, 1])
    assert width / height == pytest.approx(1, abs=0.03)
