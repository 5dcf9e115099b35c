"""What models/template.safetensors promises."""
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from turnaround_training.template.atlas import rasterise
from turnaround_training.template.icosphere import mirror_faces

FILE = Path(__file__).parents[2] / "models" / "template.safetensors"


@pytest.fixture(scope="module")
def template():
    if not FILE.is_file():
        pytest.skip(f"{FILE} is missing: run `python -m turnaround_training template --config configs/template.toml`")
    return load_file(FILE)


def test_closed_oriented_sphere(template):
    faces = template["faces"]
    half = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    assert len(np.unique(half, axis=0)) == len(half)
    assert {tuple(e) for e in half.tolist()} == {(b, a) for a, b in half.tolist()}
    assert len(template["vertices"]) - len(half) // 2 + len(faces) == 2
    a, b, c = (template["vertices"][faces[:, k]].astype(float) for k in range(3))
    assert (np.cross(a, b) * c).sum() / 6 > 0.05


def test_length_wheels_and_symmetry(template):
    v, mirror = template["vertices"].astype(float), template["mirror"]
    assert v[:, 2].max() == 0.5 and v[:, 2].min() == -0.5 and v[:, 1].min() == 0
    assert (mirror[mirror] == np.arange(2562)).all()
    assert np.abs(v[mirror] - v * [-1, 1, 1]).max() == 0
    basis = template["basis"]
    assert basis.shape == (40, 2562, 3)
    assert np.abs(basis[:, mirror] - basis * np.float32([-1, 1, 1])).max() < 1e-7


def test_atlas(template):
    faces, uv, mirror = template["faces"], template["uv"].astype(float), template["mirror"]
    face, _, claims = rasterise(uv, 256)
    assert claims.max() == 1 and (face >= 0).mean() > 0.7 and uv.min() >= 0 and uv.max() <= 1
    twin = mirror_faces(faces, mirror)
    order = np.array([[faces[t].tolist().index(mirror[v]) for v in f] for t, f in zip(twin, faces)])
    other = np.take_along_axis(uv[twin], order[..., None], 1)
    assert np.abs(other - (uv * [-1, 1] + [1, 0])).max() < 1e-6


def test_parts_and_metadata(template):
    parts, twin = template["parts"], mirror_faces(template["faces"], template["mirror"])
    swap = np.array([0, 1, 3, 2, 5, 4, 6, 7])
    centre = template["vertices"][template["faces"]].mean(1)
    assert (parts[twin] == swap[parts]).all()
    assert (np.bincount(parts, minlength=8) > 0).all()
    assert (centre[parts == 2][:, 0] > 0).all() and (centre[parts == 4][:, 2] < 0).all()
    with safe_open(str(FILE), "numpy") as file:
        metadata = file.metadata()
    assert len(json.loads(metadata["parts"])) == 8
    bodies = ["coupe", "hatchback", "pickup", "sedan", "sports", "suv", "van"]
    assert sorted(json.loads(metadata["length_metres"])) == bodies
