"""Straightening, repainting and bending of cars without any asset."""
import numpy as np

from turnaround_training.render.bend import identity
from turnaround_training.template.outer import Surface
from turnaround_training.template.registered import RegisteredCar, load_registered, save_registered
from turnaround_training.template.shapes import azimuth_in_render, shape_in_render, shape_of
from turnaround_training.template.straighten import symmetry_plane, turned
from turnaround_training.template.textures import compose_texture, texture_of_row


def some_car(**changes):
    vertices = np.random.default_rng(0).uniform([-0.2, 0, -0.5], [0.2, 0.3, 0.5], (200, 3))
    vertices[:2] = [[-0.2, 0, -0.5], [0.2, 0.1, 0.5]]
    values = dict(id="a", body="sedan", held_out=False, vertices=vertices.astype(np.float32),
                  albedo=np.full((4, 4, 3), 200, np.uint8), paint=np.full((4, 4), 255, np.uint8), paint_mode="mask",
                  yaw_deg=0.0, shift=0.0, scale=1.0)
    return RegisteredCar(**{**values, **changes})


def test_symmetry_plane_undoes_a_turn_and_a_shift():
    t = np.linspace(-1, 1, 60)
    a, b = (g.ravel() for g in np.meshgrid(t, t))
    flank = np.stack([np.full(a.size, 0.2), 0.15 + 0.15 * a, 0.5 * b], 1)
    end = np.stack([0.2 * a, 0.15 + 0.15 * b, np.full(a.size, 0.5)], 1)
    points = np.concatenate([flank, flank * [-1, 1, 1], end, end * [1, 1, -1]])
    normals = np.repeat([[1.0, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]], a.size, 0)
    crooked = turned(points, np.radians(3)) + [0.01, 0, 0]
    none = np.zeros(len(points), int)
    yaw, shift = symmetry_plane(
        Surface(crooked, turned(normals, np.radians(3)), none, none, np.zeros((len(points), 3)))
    )
    assert abs(np.degrees(yaw) + 3) < 0.1
    assert abs((turned(crooked, yaw) + [shift, 0, 0])[:, 0].mean()) < 1e-3


def test_paint_replaces_only_the_painted_share():
    painted = compose_texture(some_car(), paint=(1.0, 0.0, 0.0))
    kept = compose_texture(some_car(paint=np.zeros((4, 4), np.uint8)), paint=(1.0, 0.0, 0.0))
    assert (painted == [255, 0, 0]).all() and (kept == 200).all()


def test_hue_turns_saturated_texels_and_spares_greys():
    red = some_car(albedo=np.full((4, 4, 3), (200, 10, 10), np.uint8), paint_mode="hue")
    assert (compose_texture(red, None, 120.0).argmax(-1) == 1).all()
    assert (compose_texture(some_car(paint_mode="hue"), None, 120.0) == 200).all()


def test_shape_of_a_turned_car_comes_back_straight():
    car = some_car(yaw_deg=4.0, shift=0.006, scale=0.99)
    assert np.abs(shape_of(car) - car.vertices).max() < 1e-5
    box = np.array([[-0.2, 0, -0.5], [0.2, 0.3, 0.5]])
    assert np.abs(shape_of(car, identity(), box) - car.vertices).max() < 1e-4
    assert np.abs(shape_in_render(car, identity(), box) - car.vertices).max() > 0.01
    assert azimuth_in_render(car, {"azimuth_deg": 358.0}) == 2.0


def test_shape_of_bends_to_length_one():
    bent = shape_of(some_car(), {**identity(), "height": 0.2, "rear_overhang": 0.3})
    assert np.isclose(np.ptp(bent[:, 2]), 1, atol=1e-6) and np.abs(bent - some_car().vertices).max() > 0.01


def test_registered_cars_survive_saving(tmp_path):
    save_registered(tmp_path / "r.npz", [some_car(), some_car(id="b", yaw_deg=1.5)])
    back = load_registered(tmp_path / "r.npz")
    assert list(back) == ["a", "b"] and back["b"].yaw_deg == 1.5
    assert (back["a"].vertices == some_car().vertices).all()


def test_a_row_says_how_its_dark_car_was_tinted():
    dark = some_car(albedo=np.full((4, 4, 3), 9, np.uint8), paint_mode="tint")
    row = {"paint": (0.8, 0.1, 0.1), "hue_shift": 0.0}
    old, new = (texture_of_row(dark, {**row, "paint_mode": mode})[0, 0] for mode in ("tint", "even_tint"))
    assert old[0] < 150 < 170 < new[0] <= 0.8 * 255 + 1
    assert (
        texture_of_row(dark, {**row, "paint_mode": "mask"}) == texture_of_row(dark, {**row, "paint_mode": "tint"})
    ).all()
    assert (compose_texture(dark) == 9).all()
