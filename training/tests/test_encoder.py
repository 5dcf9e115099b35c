"""The encoder's losses against truth, its smoke training and the decoding of its azimuth."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from synthetic import BOX, BOX_MIRROR, registered_box, write_renders
from turnaround_training.camera import bounding_box_centre
from turnaround_training.checkpoint import identity_of
from turnaround_training.encoder.dataset import TrueShapes, truth_of, turned_light
from turnaround_training.encoder.losses import (
    ShapeSpace, azimuth_cross_entropy, bins_from, encoder_losses, log_proportions, residual_loss, spherical_harmonics,
    outline_loss, project_by, surface_loss,
)
from turnaround_training.encoder.network import AZIMUTH_BINS, Encoder, EncoderForExport, Estimate, decode_azimuth
from turnaround_training.encoder.stage import run
from turnaround_training.export.onnx_model import build_graph, run_graph
from turnaround_training.data.framing import Labels
from turnaround_training.render.bend import identity
from turnaround_training.render.environments import light_label, shading, split_sun
from turnaround_training.template.icosphere import icosphere
from turnaround_training.template.registered import save_registered
from turnaround_training.template.straighten import turned
from turnaround_training.trainer import load_average


@pytest.fixture
def space():
    generator = torch.Generator().manual_seed(1)
    mean = torch.rand(300, 3, generator=generator) - 0.5
    faces = torch.randint(300, (500, 3), generator=generator)
    return ShapeSpace(mean, torch.randn(40, 300, 3, generator=generator) * 0.01, faces)


def perfect(space, azimuth=1.1):
    coefficients = torch.zeros(1, 40)
    truth = truth_of(
        [Labels(azimuth, 0.2, 0.05, 2.4, 0.25, (0.02, -0.03), np.zeros(3, np.float32), np.ones((9, 3)))],
        [(space.mean.numpy(),) * 2], [azimuth],
    )
    truth["target"] = bounding_box_centre(space.mean[None])
    distance = bins_from(truth["azimuth"])
    estimate = Estimate(coefficients, -20 * distance.abs(), distance, truth["camera"], truth["light"])
    return estimate, truth


def test_truth_costs_nothing_but_the_bins_entropy(space):
    losses = encoder_losses(*perfect(space), space)
    entropy = losses.pop("azimuth")
    assert 0 < float(entropy) < math.log(24)
    assert float(sum(losses.values())) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("change", ["camera", "coefficients", "azimuth_residual"])
def test_each_error_is_noticed_by_the_reprojection(space, change):
    estimate, truth = perfect(space)
    wrong = encoder_losses(estimate._replace(**{change: getattr(estimate, change) + 0.3}), truth, space)
    assert float(wrong["reprojection"]) > 0.05


def test_only_leaving_the_surface_costs():
    points, faces = icosphere(2)
    ball = torch.from_numpy(points)[None]
    turned_ball = torch.from_numpy(turned(points, 0.02))[None]
    triangles = torch.from_numpy(faces)
    assert float(surface_loss(ball * 1.02, ball, triangles)) == pytest.approx(0.02, rel=0.02)
    assert (
        float(surface_loss(turned_ball, ball, triangles)) < 0.001 < float((turned_ball - ball).norm(dim=-1).mean()) / 5
    )


def test_only_leaving_the_outline_costs():
    points, faces = icosphere(3)
    ball, triangles = torch.from_numpy(points * 0.3).float()[None], torch.from_numpy(faces)
    truth = {
        "shown": ball, "shown_azimuth": torch.tensor([0.4]), "target": torch.zeros(1, 3),
        "camera": torch.tensor([[0.1, 0.0, math.log(2.4), math.log(0.25), 0.0, 0.0]]),
    }
    drawn = project_by(truth["camera"], truth["shown_azimuth"], truth["target"], ball)
    wheeled = (drawn - 0.5) @ torch.tensor([[math.cos(0.1), math.sin(0.1)], [-math.sin(0.1), math.cos(0.1)]]) + 0.5
    larger = (drawn - 0.5) * 1.1 + 0.5
    assert float(outline_loss(drawn, drawn, truth, triangles)) == 0
    radius = float((drawn - 0.5).norm(dim=-1).max())
    assert float(outline_loss(larger, drawn, truth, triangles)) == pytest.approx(0.1 * radius, rel=0.1)
    assert float(outline_loss(wheeled, drawn, truth, triangles)) < 0.2 * 0.1 * radius


def test_proportions_are_by_the_length():
    shape = torch.rand(1, 50, 3)
    wider = shape * torch.tensor([1.1, 1.0, 1.0])
    assert log_proportions(shape * 2).numpy() == pytest.approx(log_proportions(shape).numpy(), abs=1e-6)
    assert (log_proportions(wider) - log_proportions(shape)).numpy() == pytest.approx(
        np.array([[math.log(1.1), 0]]), abs=1e-6
    )


def test_azimuth_decodes_across_the_seam():
    for degrees in (0.0, 7.4, 7.6, 180.0, 356.0, -3.0):
        azimuth = torch.tensor([math.radians(degrees)])
        distance = bins_from(azimuth)
        decoded = decode_azimuth(-distance.abs(), distance)
        assert math.cos(float(decoded - azimuth)) == pytest.approx(1, abs=1e-6)
        assert float(residual_loss(distance, azimuth)) == pytest.approx(0, abs=1e-9)
    right = azimuth_cross_entropy(-5 * bins_from(azimuth).abs(), azimuth)
    flipped = azimuth_cross_entropy(-5 * bins_from(azimuth + math.pi).abs(), azimuth)
    assert right < flipped / 5


def test_harmonics_are_orthonormal():
    generator = np.random.default_rng(0)
    normals = generator.standard_normal((200_000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    harmonics = spherical_harmonics(torch.from_numpy(normals)).numpy()
    assert harmonics.T @ harmonics * 4 * math.pi / len(normals) == pytest.approx(np.eye(9), abs=0.03)


def write_stand_ins(folder):
    """Renders of boxes, a 'template' of the box's corners and its registration."""
    write_renders(folder / "renders")
    models = folder / "models"
    models.mkdir()
    template = {"vertices": BOX.astype(np.float32), "basis": np.zeros((40, 8, 3), np.float32), "mirror": BOX_MIRROR}
    save_file(template | {"faces": np.array([[0, 1, 2]], np.int32)}, models / "template.safetensors")
    save_registered(folder / "registered.npz", [registered_box()])
    return {"renders": str(folder / "renders"), "models": str(models), "registered": str(folder / "registered.npz")}


def test_mirrored_truth_is_the_mirrored_shape_turned_the_other_way():
    askew = replace(registered_box(), yaw_deg=3.0)
    shapes = TrueShapes({"vdrift-3s": askew}, BOX_MIRROR)
    row = {"car": "vdrift-3s", "scene": 0, "bend": identity(), "box": [BOX.min(0).tolist(), BOX.max(0).tolist()]}
    straight, shown = shapes.vertices(row, False)
    same, mirrored = shapes.vertices(row, True)
    assert np.array_equal(straight, same)
    assert mirrored == pytest.approx(shown[BOX_MIRROR] * (-1, 1, 1)) and np.abs(mirrored - shown).max() > 0.02
    label = Labels(0.5, 0.1, 0.0, 2.4, 0.25, (0, 0), np.zeros(3), np.zeros((9, 3)))
    assert shapes.azimuth(row, label) == pytest.approx(0.5 + math.radians(3))
    assert shapes.azimuth(row, replace(label, mirrored=True)) == pytest.approx(0.5 - math.radians(3))


def test_stage_runs_in_seconds(tmp_path):
    paths = write_stand_ins(tmp_path)
    run({"paths": paths, "encoder": {"run": str(tmp_path / "run"), "steps": 3, "batch": 4, "log_every": 1}})
    last = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert last["step"] == 3 and last["reprojection"] > 0
    assert (tmp_path / "run" / "sheet.png").exists()
    load_average(Encoder(), tmp_path / "run", identity_of("encoder", tmp_path / "models" / "template.safetensors"))


def test_exported_graph_gives_offsets_from_the_basis():
    torch.manual_seed(0)
    basis = torch.randn(40, 50, 3)
    module = EncoderForExport(Encoder((8, 8, 16, 16), 32).eval(), basis)
    crop = torch.rand(1, 5, 128, 128)
    names = ["coefficients", "offsets", "azimuth_logits", "azimuth_residual", "camera", "light"]
    answers = run_graph(build_graph(module, {"crop": crop}, names).SerializeToString(), {"crop": crop.numpy()})
    expected = np.einsum("nk,kvc->nvc", answers["coefficients"], basis.numpy())
    assert answers["offsets"] == pytest.approx(expected, abs=1e-4)
    assert answers["azimuth_logits"].shape == (1, AZIMUTH_BINS) and answers["light"].shape == (1, 9, 3)


def test_light_turns_with_the_straightened_car():
    random = np.random.default_rng(2)
    light, normals = random.standard_normal((9, 3)), random.standard_normal((50, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    turned_back = turned(normals, math.radians(-4.4))
    straight = turned_light(light, math.radians(4.4))
    assert shading(straight, normals) == pytest.approx(shading(light, turned_back), abs=1e-9)
    environment = split_sun("any", random.random((128, 256, 3), np.float32))
    assert turned_light(light_label(environment, 30.0), math.radians(12)) == pytest.approx(
        light_label(environment, 42.0), abs=1e-3
    )
