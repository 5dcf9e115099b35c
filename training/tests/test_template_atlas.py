"""The atlas of a car-like mesh: symmetric, nothing overlaps, gutters stay free."""
import numpy as np
import pytest
from scipy import ndimage

from turnaround_training.template.atlas import GUTTER, build_atlas, rasterise
from turnaround_training.template.icosphere import icosphere, mirror_faces, mirror_map


@pytest.fixture(scope="module")
def boxy():
    """A rounded box of a car's proportions on a level-3 icosphere, with its atlas."""
    sphere, faces = icosphere(3)
    mirror = mirror_map(sphere)
    box = sphere / np.abs(sphere).max(1, keepdims=True)
    vertices = (0.6 * box + 0.4 * sphere) * [0.2, 0.15, 0.5] + [0, 0.15, 0]
    uv, chart = build_atlas(vertices, faces, mirror)
    return vertices, faces, mirror, uv, chart


def test_each_texel_belongs_to_at_most_one_face(boxy):
    face, _, claims = rasterise(boxy[3], 256)
    assert claims.max() == 1
    assert (face >= 0).mean() > 0.7


def test_all_faces_have_the_same_orientation_and_some_area(boxy):
    uv = boxy[3]
    a, b = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    assert ((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) < -1e-8).all()


def test_mirror_faces_have_mirrored_uv(boxy):
    _, faces, mirror, uv, _ = boxy
    twin = mirror_faces(faces, mirror)
    for f in range(len(faces)):
        other = faces[twin[f]].tolist()
        order = [other.index(mirror[v]) for v in faces[f]]
        assert np.abs(uv[twin[f]][order] - (uv[f] * [-1, 1] + [1, 0])).max() < 1e-9


def test_charts_are_two_texels_apart_at_128(boxy):
    _, _, _, uv, chart = boxy
    face, _, _ = rasterise(uv, 512)
    label = np.where(face >= 0, chart[face], -1)
    gaps = [ndimage.distance_transform_edt(label != k)[(label >= 0) & (label != k)].min() for k in range(4)]
    assert min(gaps) >= GUTTER * 512 - 1
    assert not (face[[0, -1]] >= 0).any() and not (face[:, [0, -1]] >= 0).any()


def test_rasterise_counts_overlaps():
    triangle = np.array([[0.1, 0.1], [0.1, 0.9], [0.9, 0.9]])
    assert rasterise(np.stack([triangle, triangle]), 16)[2].max() == 2
