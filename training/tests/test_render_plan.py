"""Planning, light labels, recolouring and the files of the render stage, without a browser."""

import json

import numpy as np
import pytest

from turnaround_training.errors import StageError
from turnaround_training.render.catalogue import Car, load_catalogue, other_car, scene_weights
from turnaround_training.render.dataset import RenderDataset
from turnaround_training.render.environments import light_label, map_directions, shading, split_sun
from turnaround_training.render.glb import CarGeometry
from turnaround_training.render.plan import VIEWS, choose_car, plan_scene
from turnaround_training.render.repaint import repaint, to_linear, turn_hue
from turnaround_training.render.stage import Part, Renderer, make_parts, run

ROW_KEYS = {
    "scene", "car", "paint", "hue_shift", "bend", "environment", "environment_rotation_deg", "exposure", "azimuth_deg",
    "elevation_deg", "roll_deg", "distance", "fov_deg", "target", "canonical", "light", "held_out",
}  # fmt: skip


def car(name: str = "a", body: str = "sedan") -> Car:
    return Car(id=name, path=None, body=body, paint_mode="mask", roles={})


def geometry() -> CarGeometry:
    points = np.random.default_rng(0).uniform([-0.2, 0, -0.5], [0.2, 0.3, 0.5], (200, 3))
    points[:2] = [[-0.2, 0, -0.5], [0.2, 0.3, 0.5]]
    box = np.stack([points.min(axis=0), points.max(axis=0)])
    return CarGeometry(points, box, 0.3, -0.3, np.zeros(3), 1.0)


def sky(seed: int = 0):
    directions, _ = map_directions(64, 128)
    light = 0.5 + 0.4 * directions @ np.random.default_rng(seed).uniform(-0.5, 0.5, (3, 3))
    return split_sun(f"sky{seed}", light.astype(np.float32))


def test_a_plan_is_the_same_each_time_and_differs_between_scenes():
    first, again, other = (plan_scene(7, scene, car(), geometry(), [sky()], False) for scene in (3, 3, 4))
    assert json.dumps(first) == json.dumps(again)
    assert first["views"][0]["azimuth_deg"] != other["views"][0]["azimuth_deg"]


def test_rows_hold_what_the_contract_names():
    views = plan_scene(7, 1, car(), geometry(), [sky()], True)["views"]
    assert len(views) == VIEWS
    for view in views:
        assert set(view) >= ROW_KEYS
        assert np.array(view["light"]).shape == (9, 3)
        assert 0 <= view["azimuth_deg"] < 360 and 0 <= view["elevation_deg"] <= 30
        assert not view["canonical"] or (view["distance"], view["fov_deg"]) == (2.4, 30)
        assert view["target"][1] == pytest.approx(np.mean(view["bent_box"], axis=0)[1], abs=1e-5)
    assert sum(view["canonical"] for view in views) == 6


def test_the_first_scenes_show_every_car_and_weights_favour_rare_bodies():
    cars = [car(str(i), "coupe") for i in range(6)] + [car("van", "van")]
    assert {choose_car(1, scene, cars).id for scene in range(7)} == {c.id for c in cars}
    weights = scene_weights(cars)
    assert sum(weights) == pytest.approx(1)
    assert weights[-1] > weights[0]


def test_light_of_an_even_sky_is_even_and_turns_with_the_map():
    normals = np.random.default_rng(1).normal(size=(50, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    even = split_sun("even", np.full((64, 128, 3), 0.7, np.float32))
    assert shading(light_label(even, 33.0), normals) == pytest.approx(0.7, abs=1e-3)
    label = light_label(sky(), 90.0)
    turned = np.stack([-normals[:, 2], normals[:, 1], normals[:, 0]], axis=1)
    assert shading(label, normals) == pytest.approx(shading(light_label(sky(), 0.0), turned), abs=1e-6)


def test_a_sun_leaves_the_map_and_stays_in_the_light():
    directions, weights = map_directions(64, 128)
    towards = np.array([0.6, 0.64, 0.48])
    disc = directions @ towards > np.cos(np.deg2rad(4))
    radiance = np.where(disc[..., None], 400.0, 0.5).astype(np.float32).repeat(3, axis=-1)
    environment = split_sun("sun", radiance)
    assert environment.sun_direction == pytest.approx(towards, abs=0.03)
    assert environment.radiance.max() < 20
    total = (radiance * weights[..., None]).sum(axis=(0, 1))
    kept = (environment.radiance * weights[..., None]).sum(axis=(0, 1))
    assert environment.sun_irradiance + kept == pytest.approx(total, rel=1e-3)


def test_recolouring():
    red, grey = np.array([0.5, 0.02, 0.02]), np.array([0.3, 0.3, 0.3])
    assert turn_hue(red, 120, 1, 1) == pytest.approx([0.02, 0.5, 0.02], abs=1e-3)
    assert turn_hue(grey, 120, 1, 1) == pytest.approx(grey)
    row = {"paint_mode": "mask", "paint": [0.2, 0.4, 0.9]}
    assert repaint(np.array([1, 0, 0, 0.0]), row) == pytest.approx(to_linear(np.array([0.2, 0.4, 0.9])))
    assert repaint(np.array([1, 0, 0, 1.0]), row) == pytest.approx([1, 0, 0])


def fill(dataset: RenderDataset, count: int) -> None:
    for view in range(count):
        dataset.append({"scene": 0, "view": view}, bytes([view]) * dataset.bytes_per_picture)


def test_a_cut_off_data_set_is_taken_up_at_its_last_whole_row(tmp_path):
    dataset = RenderDataset(tmp_path, 4)
    fill(dataset, 3)
    dataset.close()
    with (tmp_path / "pictures.u8").open("ab") as pictures, (tmp_path / "index.jsonl").open("ab") as index:
        pictures.write(b"half a picture")
        index.write(b'{"row":3,"scene":0,"vi')
    again = RenderDataset(tmp_path, 4)
    assert (again.rows, again.done) == (3, {(0, 0), (0, 1), (0, 2)})
    assert again.append({"scene": 0, "view": 3}, bytes([9]) * 64) == 3
    again.close()
    assert (tmp_path / "pictures.u8").read_bytes()[-64:] == bytes([9]) * 64
    assert [json.loads(line)["row"] for line in (tmp_path / "index.jsonl").open()] == [0, 1, 2, 3]


def test_pictures_without_lines_are_dropped(tmp_path):
    dataset = RenderDataset(tmp_path, 4)
    fill(dataset, 2)
    dataset.close()
    with (tmp_path / "pictures.u8").open("ab") as pictures:
        pictures.write(bytes(64))
    again = RenderDataset(tmp_path, 4)
    again.close()
    assert (again.rows, (tmp_path / "pictures.u8").stat().st_size) == (2, 128)


def test_a_full_disk_is_said(tmp_path):
    dataset = RenderDataset(tmp_path, 4)
    fill(dataset, 1)
    dataset._pictures = open("/dev/full", "ab")
    with pytest.raises(StageError, match="disk is full; 1 pictures"):
        fill(dataset, 1)
    dataset.close()


def test_only_missing_views_are_planned(tmp_path):
    dataset = RenderDataset(tmp_path, 4)
    fill(dataset, 5)
    renderer = Renderer([Part(dataset, [car()], 1, 2, False)], [sky()])
    renderer.geometries["a"] = geometry()
    jobs = list(renderer.jobs())
    assert [[view["view"] for view in job["views"]] for job in jobs] == [[5, 6, 7], list(range(8))]


def test_a_broken_car_is_named_and_left_out(tmp_path, capsys):
    broken = tmp_path / "bad.glb"
    broken.write_bytes(b"this is no GLB at all, but long enough")
    renderer = Renderer([Part(RenderDataset(tmp_path / "set", 4), [other_car(broken)], 1, 3, False)], [sky()])
    assert list(renderer.jobs()) == []
    assert capsys.readouterr().out.count("skipped car bad") == 1


def test_missing_folders_and_unknown_cars_are_said(tmp_path):
    with pytest.raises(StageError, match="No car models"):
        load_catalogue(tmp_path)
    (tmp_path / "cars.json").write_text("[]")
    settings = {"cars": str(tmp_path), "held_out": ["nobody"], "name": "x", "seed": 1, "pictures": 8}
    with pytest.raises(StageError, match="nobody"):
        make_parts(settings, 4)


def test_settings_that_are_missing_are_said():
    with pytest.raises(StageError, match="needs name, pictures, seed, cars, environments"):
        run({})
    with pytest.raises(StageError, match="needs seed, environments"):
        run({"render": {"name": "x", "pictures": 8, "cars": "c"}})


def test_an_excluded_car_is_in_neither_part(tmp_path):
    cars = [{"id": name, "file": f"{name}.glb", "body": "sedan", "paint": "baked"} for name in ("a", "b", "c")]
    (tmp_path / "cars.json").write_text(json.dumps(cars))
    settings = {
        "cars": str(tmp_path), "out": str(tmp_path / "out"), "name": "x", "seed": 1,
        "pictures": 8, "heldout_pictures": 8, "held_out": ["b"], "exclude": ["c"],
    }  # fmt: skip
    parts = make_parts(settings, 4)
    assert [[car.id for car in part.cars] for part in parts] == [["a"], ["b"]]
    for part in parts:
        part.dataset.close()
