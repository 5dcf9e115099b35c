"""Topology of the template's sphere."""
import numpy as np
import pytest

from turnaround_training.template.icosphere import icosphere, mirror_faces, mirror_map, symmetrise


@pytest.mark.parametrize("level", [0, 1, 2, 4])
def test_sizes_and_outward_orientation(level):
    vertices, faces = icosphere(level)
    assert vertices.shape == (10 * 4**level + 2, 3) and faces.shape == (20 * 4**level, 3)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    assert ((np.cross(b - a, c - a) * (a + b + c)).sum(1) > 0).all()


def test_mirror_map_is_an_involution_between_mirrored_positions():
    vertices, faces = icosphere(4)
    mirror = mirror_map(vertices)
    assert (mirror[mirror] == np.arange(len(mirror))).all()
    assert np.abs(vertices[mirror] - vertices * [-1, 1, 1]).max() < 1e-12
    twin = mirror_faces(faces, mirror)
    assert (twin[twin] == np.arange(len(faces))).all()


def test_mirror_map_refuses_an_asymmetric_mesh():
    vertices, _ = icosphere(1)
    vertices[5] += 0.01
    with pytest.raises(ValueError, match="no mirror vertex"):
        mirror_map(vertices)


def test_symmetrise_makes_exactly_symmetric():
    vertices, _ = icosphere(2)
    mirror = mirror_map(vertices)
    crooked = vertices + np.random.default_rng(1).normal(0, 0.1, vertices.shape)
    straight = symmetrise(crooked, mirror)
    assert np.abs(straight[mirror] - straight * [-1, 1, 1]).max() == 0
