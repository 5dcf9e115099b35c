"""Held-out renders with their truth: the same choice as the set grows, known texels, files that agree."""

import json

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from turnaround_training.errors import StageError
from turnaround_training.evaluate.solids import mesh_solid, voxel_iou
from turnaround_training.held_out_truth import stage
from turnaround_training.held_out_truth.choose import choose_rows
from turnaround_training.held_out_truth.known import known_texels, role_of
from turnaround_training.held_out_truth.sheet import Sample, draw
from turnaround_training.render.bend import identity
from turnaround_training.render.plan import VIEWS
from turnaround_training.renderer.mesh import Mesh
from turnaround_training.smoke.cars import LOOKS, write_cars
from turnaround_training.template import stage as template_stage
from turnaround_training.template.car import GLASS_SRGB, load_records
from turnaround_training.template.registered import load_registered
from turnaround_training.template.shapes import shape_in_render

CAR = LOOKS[0]


def scenes(cars: list[str]) -> list[dict]:
    """Index rows of one whole scene for each entry."""
    turns = np.random.default_rng(0).permutation(VIEWS) * 360 / VIEWS + 3
    return [
        {"car": car, "scene": scene, "view": view, "azimuth_deg": float(turn)}
        for scene, car in enumerate(cars) for view, turn in enumerate(turns)
    ]


def test_the_choice_is_even_and_stays_as_the_set_grows():
    rows = scenes(["b", "a", "b", "a", "b", "b"])
    chosen = choose_rows(rows, 16, 4)
    assert [(rows[n]["car"], rows[n]["scene"]) for n in chosen[::4]] == [("a", 1), ("a", 3), ("b", 0), ("b", 2)]
    assert choose_rows(rows[:32], 16, 4) == chosen and choose_rows(rows[:37], 16, 4) == chosen
    first, second = ([rows[n]["azimuth_deg"] for n in chosen[start : start + 4]] for start in (0, 4))
    assert np.diff(first).tolist() == [90] * 3 and set(first).isdisjoint(second)
    with pytest.raises(StageError, match="No held-out scene is whole"):
        choose_rows(rows[:7], 16, 4)


def test_roles_are_those_of_the_page():
    names = ("Body_1", "paint", "window glass", "Tire", "rim.L", "interior", "Optics")
    assert [role_of(name, {}, False) for name in names] == ["paint", "paint", "glass", "tyre", "rim", "other", "other"]
    assert role_of("Optics", {}, True) == "lens" and role_of("Body_1", {"Body_1": "glass"}, False) == "glass"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with one smoke car, its template, and one scene drawn from the car's true shape and albedo."""
    folder = tmp_path_factory.mktemp("truth")
    write_cars(folder / "cars")
    template_stage.run({"template": {
        "assets": str(folder / "cars"), "models": str(folder), "out": str(folder), "held_out": [], "subdivisions": 3,
        "exclude": [look.id for look in LOOKS[1:]], "directions": 40,
    }})  # fmt: skip
    car, tensors = load_registered(folder / "registered.npz")[CAR.id], load_file(folder / "template.safetensors")
    (folder / "renders").mkdir()
    box = np.array([car.vertices.min(0), car.vertices.max(0)])
    mesh = Mesh.of(tensors["faces"], tensors["uv"])
    with (folder / "renders/pictures.u8").open("wb") as pictures, (folder / "renders/index.jsonl").open("w") as index:
        for number, row in enumerate(scenes([CAR.id])):
            row |= {
                "row": number, "paint": None, "paint_mode": "fixed", "hue_shift": 0.0, "bend": identity(),
                "box": box.tolist(), "environment": "none", "elevation_deg": 10.0, "roll_deg": 0.0, "distance": 2.4,
                "fov_deg": 30.0, "target": [0.0, 0.15, 0.0], "canonical": True, "light": (np.eye(9, 3) * 3).tolist(),
            }  # fmt: skip
            shape = shape_in_render(car, row["bend"], row["box"])
            sample = Sample(row, np.zeros((256, 256, 4), np.uint8), shape, car.albedo, np.ones((256, 256), bool))
            drawn = draw(sample, mesh)
            pictures.write(np.concatenate([drawn, 255 * (drawn[..., :1] != 128).astype(np.uint8)], -1).tobytes())
            index.write(json.dumps(row) + "\n")
    return folder


def test_glass_and_wheels_far_from_the_template_are_not_known(made):
    record = next(r for r in load_records(made / "cars", held_out=()) if r["id"] == CAR.id)
    car = load_registered(made / "registered.npz")[CAR.id]
    known = known_texels(made / "cars", record, car, load_file(made / "template.safetensors"), 256)
    assert 0.2 < known.mean() < 0.8
    glass = (np.abs(car.albedo.astype(int) - GLASS_SRGB) < 3).all(-1)
    assert glass.mean() > 0.02 and not (known & glass).any()
    body, wheels = 255 * np.array([0.735, 0.222, 0.222]), 255 * 0.152
    shares = [(np.abs(car.albedo[known] - colour) < 3).all(-1).mean() for colour in (body, wheels)]
    assert shares[0] > 0.6 and sum(shares) > 0.9


def test_the_files_agree(made):
    config = {
        "paths": {
            "held_out": str(made / "renders"), "registered": str(made / "registered.npz"), "models": str(made),
            "cars": str(made / "cars/cars.json"),
        },
        "held-out-truth": {"out": str(made / "out"), "pictures": 2, "views": 2},
    }  # fmt: skip
    stage.run(config)
    names = json.loads((made / "out/index.json").read_text())
    assert len(names) == 2 and (made / "out/sheet.png").is_file()
    assert "vertices.f32" in (made / "out/README.md").read_text()
    tensors = load_file(made / "template.safetensors")
    folder = made / "out" / names[0]
    truth = json.loads((folder / "truth.json").read_text())
    vertices = np.fromfile(folder / "vertices.f32", "<f4").reshape(-1, 3)
    solid = (
        np.unpackbits(np.fromfile(folder / "solid.bits", np.uint8), bitorder="little").reshape(64, 64, 64).astype(bool)
    )
    assert voxel_iou(solid, mesh_solid(vertices.astype(np.float64), tensors["faces"])) > 0.85
    albedo = np.asarray(Image.open(folder / "albedo.png"))
    photo, mask = (np.asarray(Image.open(folder / name)) for name in ("photo.png", "mask.png"))
    row = {
        key: truth[key]
        for key in ("azimuth_deg", "elevation_deg", "roll_deg", "distance", "fov_deg", "target", "light")
    }
    again = draw(
        Sample(row, np.dstack([photo, mask]), vertices, albedo, albedo[..., 0] > 0),
        Mesh.of(tensors["faces"], tensors["uv"]),
    )
    assert np.abs(again.astype(int) - photo)[mask > 0].max() <= 1
    yaw = load_registered(made / "registered.npz")[CAR.id].yaw_deg
    assert truth["straight_azimuth_deg"] == pytest.approx((truth["azimuth_deg"] + yaw) % 360)


def test_a_car_without_a_shape_is_named(made):
    config = {"paths": {
        "held_out": str(made / "renders"), "registered": str(made / "registered.npz"), "models": str(made),
        "cars": str(made / "none/cars.json"),
    }}  # fmt: skip
    with pytest.raises(StageError, match="cars.json is missing"):
        stage.run(config)
