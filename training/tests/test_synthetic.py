"""Made-up cars: shapes that are cars, viewpoints that show all of them, pictures that agree with their labels."""

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from safetensors.numpy import save_file

from inverse_standin import template_arrays
from synthetic import registered_box, write_renders
from turnaround_training.checkpoint import identity_of
from turnaround_training.data.crops import crops_of
from turnaround_training.data.renders import RenderSet
from turnaround_training.encoder.losses import project_by
from turnaround_training.encoder.network import Encoder, EncoderForExport
from turnaround_training.encoder.stage import run
from turnaround_training.errors import StageError
from turnaround_training.evaluate.measures import mask_iou, silhouette
from turnaround_training.export.manifest import merge_model
from turnaround_training.export.onnx_model import build_graph
from turnaround_training.synthetic.ambiguity import posterior, unknown_after
from turnaround_training.synthetic.shapes import ShapeMixer
from turnaround_training.synthetic.studio import Studio
from turnaround_training.synthetic.viewpoints import NEAREST, random_viewpoint
from turnaround_training.template.registered import save_registered
from turnaround_training.trainer import cars_seen


@pytest.fixture(scope="module")
def template():
    arrays = template_arrays()
    centre = arrays["vertices"][arrays["faces"]].mean(1)
    low = centre[:, 1] < 0.08
    wheel = 2 + 2 * (centre[:, 2] < 0) + (centre[:, 0] < 0)
    return {**arrays, "parts": np.where(low, wheel, centre[:, 1] > 0.25).astype(np.uint8)}


@pytest.fixture(scope="module")
def cars(template):
    stretched = {"low": (1.1, 0.8, 1), "high": (0.9, 1.3, 1), "secret": (3, 3, 1)}
    return {
        name: replace(registered_box(name), vertices=template["vertices"] * np.float32(by), held_out=name == "secret")
        for name, by in stretched.items()
    }


def mixer_of(template, cars):
    return ShapeMixer(cars.values(), template["vertices"], template["faces"], template["parts"], template["mirror"])


def test_shapes_are_normal_symmetric_and_between_the_cars(template, cars):
    mixer, generator = mixer_of(template, cars), np.random.default_rng(3)
    shapes = np.stack([mixer.draw(generator) for _ in range(60)])
    assert np.ptp(shapes[..., 2], axis=1) == pytest.approx(np.ones(60), abs=1e-6)
    assert np.abs(shapes[:, :, 1].min(1)).max() < 1e-6
    assert np.abs(shapes[:, template["mirror"]] - shapes * np.float32([-1, 1, 1])).max() < 1e-5
    heights, known = np.ptp(shapes[..., 1], axis=1), [np.ptp(cars[name].vertices[:, 1]) for name in ("low", "high")]
    assert 0.6 * known[0] < heights.min() < known[0] < np.median(heights) < known[1] < heights.max() < 1.6 * known[1]
    assert np.array_equal(mixer.draw(np.random.default_rng(8)), mixer.draw(np.random.default_rng(8)))


def test_only_held_out_cars_make_no_shapes(template, cars):
    with pytest.raises(StageError, match="held out"):
        mixer_of(template, {"secret": cars["secret"]})


def test_viewpoints_show_the_whole_car(template):
    generator, shape = np.random.default_rng(1), template["vertices"]
    for _ in range(50):
        label = random_viewpoint(shape, np.zeros((9, 3)), generator)
        numbers = (label.elevation, 0.0, np.log(label.distance), np.log(label.tan_half_fov), 0.0, 0.0)
        tensors = (
            torch.tensor([value], dtype=torch.float32) for value in (numbers, label.azimuth, label.target.tolist())
        )
        fractions = project_by(*tensors, torch.from_numpy(shape)[None])
        assert 0 < fractions.min() < fractions.max() < 1 and fractions.max() - fractions.min() > 0.4
        assert NEAREST <= label.distance <= 6 and -6 < np.rad2deg(label.elevation) < 31


def test_pictures_agree_with_their_labels(template, cars, tmp_path):
    renders = RenderSet(write_renders(tmp_path / "renders"))
    studio, generator = Studio(template, cars, renders, 1), np.random.default_rng(5)
    shapes = np.stack([studio.mixer.draw(generator) for _ in range(6)])
    labels = [random_viewpoint(shape, renders.light[0], generator) for shape in shapes]
    pictures = studio.draw(shapes, labels, np.arange(6), generator)
    around = pictures[..., 3] == 0
    assert np.abs(pictures[around][:, :3].astype(int) - renders.pictures[np.arange(6)][around][:, :3]).max() <= 1
    crops = crops_of(pictures, labels, np.arange(6), None)
    for shape, label, mask in zip(shapes, crops.labels, crops.truth_mask[:, 0].numpy(), strict=True):
        numbers = (label.elevation, label.roll, np.log(label.distance), np.log(label.tan_half_fov), *label.offset)
        tensors = (
            torch.tensor([value], dtype=torch.float32) for value in (numbers, label.azimuth, label.target.tolist())
        )
        points = project_by(*tensors, torch.from_numpy(shape)[None])[0].numpy()
        assert mask_iou(silhouette(points * 128, template["faces"], 128), mask >= 0.5) > 0.97
    first, second = (studio.batch(4, np.random.default_rng(7)) for _ in range(2))
    assert all(torch.equal(values, second[name]) for name, values in first.items())
    assert first["crop"].shape == (4, 5, 128, 128) and torch.equal(first["vertices"], first["shown"])


def test_a_picture_says_more_the_better_its_points_are_known(template, cars):
    mixer, generator = mixer_of(template, cars), np.random.default_rng(4)
    shape = mixer.draw(generator)
    directions = np.stack([shape * np.array(by) * 0.1 for by in ((1, 0, 0), (0, 1, 0))])
    label = random_viewpoint(shape, np.zeros((9, 3)), generator)
    before, *after = unknown_after(shape.astype(float), directions, template["faces"], label, generator)
    assert before == pytest.approx([0.1, 0.1], rel=0.01)
    assert (after[0] < after[1]).all() and (after[1] < after[2]).all() and (after[2] < before).all()
    jacobian, wanted = np.array([[2.0, 0.0]]), np.eye(2)
    assert posterior(jacobian, np.array([1.0, 3.0]), wanted, 2.0) == pytest.approx([0.5**0.5, 3.0])


def test_a_run_starts_from_an_exported_encoder_and_owes_its_cars(template, tmp_path):
    renders, models = write_renders(tmp_path / "renders"), tmp_path / "models"
    models.mkdir()
    save_file({name: np.ascontiguousarray(value) for name, value in template.items()}, models / "template.safetensors")
    save_registered(tmp_path / "registered.npz", [replace(registered_box(), vertices=template["vertices"])])
    torch.manual_seed(3)
    exported = EncoderForExport(Encoder(), torch.from_numpy(template["basis"])).eval()
    names = ["coefficients", "offsets", "azimuth_logits", "azimuth_residual", "camera", "light"]
    onnx.save(build_graph(exported, {"crop": torch.rand(1, 5, 128, 128)}, names), str(models / "encoder.onnx"))
    merge_model(models, "encoder", {"file": "encoder.onnx", "credits": ["vdrift-zz: VDrift, by somebody: CC"]})
    section = {
        "run": str(tmp_path / "run"), "steps": 2, "batch": 4, "log_every": 1, "synthetic": 0.5,
        "start": str(models / "encoder.onnx"), "learning_rate": 1e-9, "weight_decay": 0.0,
    }
    run(
        {
            "paths": {"renders": str(renders), "models": str(models), "registered": str(tmp_path / "registered.npz")},
            "encoder": section,
        }
    )
    identity = identity_of("encoder", models / "template.safetensors")
    assert cars_seen(tmp_path / "run", identity) == ["vdrift-3s", "vdrift-zz"]
    weights = torch.load(tmp_path / "run" / "checkpoint.pt")["network"]
    assert weights["joint.0.weight"].numpy() == pytest.approx(
        exported.encoder.joint[0].weight.detach().numpy(), abs=1e-6
    )
    last = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert last["step"] == 2 and last["surface"] > 0
