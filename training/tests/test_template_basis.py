"""The shape basis: symmetric, unit variance, rebuilds what it was made from."""
import numpy as np

from turnaround_training.template.basis import bent_variants, coefficients_of, span_basis
from turnaround_training.template.icosphere import icosphere, mirror_map, symmetrise
from turnaround_training.template.register import normalise


def cars(count, seed=0):
    sphere, faces = icosphere(2)
    mirror = mirror_map(sphere)
    random = np.random.default_rng(seed)
    mean = normalise(sphere * [0.2, 0.15, 0.5])
    noise = random.normal(0, 0.01, (count, *mean.shape))
    return mean, np.stack([symmetrise(mean + n, mirror) for n in noise]), mirror


def test_coefficients_have_unit_variance_under_the_weights():
    mean, shapes, mirror = cars(30)
    weights = np.random.default_rng(1).uniform(0.1, 1, 30)
    basis = span_basis(mean, shapes, weights, mirror, 8)
    c = np.stack([coefficients_of(mean, basis, s) for s in shapes])
    w = weights / weights.sum()
    assert np.allclose(w @ (c - w @ c) ** 2, 1, atol=1e-9)


def test_basis_is_symmetric_and_rebuilds_its_shapes():
    mean, shapes, mirror = cars(12)
    basis = span_basis(mean, shapes, np.ones(12), mirror, 12)
    assert np.abs(basis[:, mirror] - basis * [-1, 1, 1]).max() < 1e-12
    c = coefficients_of(mean, basis, shapes[3])
    assert np.abs(mean + np.tensordot(c, basis, 1) - shapes[3]).max() < 1e-9


def test_bent_variants_stay_normalised_symmetric_and_differ():
    mean, _, mirror = cars(1)
    bent = bent_variants(mean, (0.3, -0.3), mirror, 5, np.random.default_rng(2))
    assert np.allclose(np.ptp(bent[..., 2], axis=1), 1) and np.allclose(bent[..., 1].min(1), 0)
    assert np.abs(bent[:, mirror] - bent * [-1, 1, 1]).max() < 1e-12
    assert np.abs(bent[0] - bent[1]).max() > 1e-3
