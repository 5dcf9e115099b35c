"""Stage inverse: runs of seconds on pictures drawn by the renderer, and what comes of them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from inverse_standin import CODES, template_arrays, write_multiviews, write_template
from synthetic import registered_box, write_renders
from turnaround_training.data.paths import Paths
from turnaround_training.errors import StageError
from turnaround_training.export.onnx_model import build_graph, run_graph
from turnaround_training.inverse import weigh
from turnaround_training.inverse.load import inverse_for_export
from turnaround_training.inverse.measure import measures_of
from turnaround_training.inverse.network import InverseForExport
from turnaround_training.inverse.settings import Weights
from turnaround_training.inverse.stage import parts_of, run
from turnaround_training.template.registered import save_registered


def config_of(folder, **changes):
    return {
        "paths": {
            "models": str(folder / "models"),
            "registered": str(folder / "registered.npz"),
            "held_out": str(folder / "none"),
            "evaluation": str(folder / "none"),
        },
        "inverse": {
            "run": str(folder / "run"),
            "steps": 4,
            "cars": 2,
            "log_every": 1,
            "warm_up_steps": 1,
            "sources": [{"folder": str(folder / "views")}],
            **changes,
        },
    }


@pytest.fixture
def prepared(tmp_path):
    template = write_template(tmp_path)
    write_multiviews(tmp_path / "views", template)
    wider = template["vertices"] * np.float32((1.1, 1, 1))
    save_registered(tmp_path / "registered.npz", [replace(registered_box(), vertices=wider)])
    return tmp_path


def test_stage_trains_resumes_and_measures(prepared):
    run(config_of(prepared))
    entries = [json.loads(line) for line in (prepared / "run" / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries] == [1, 2, 3, 4]
    assert {"overlap", "colour", "laplacian", "flatness", "movement", "azimuth", "camera"} <= entries[0].keys()
    cameras = json.loads((prepared / "run" / "cameras.json").read_text())
    assert len(cameras) == CODES and sum(row["turned_deg"] for row in cameras) == pytest.approx(0, abs=0.01)
    assert any(row["turned_deg"] != 0 for row in cameras) and (prepared / "run" / "sheet.png").exists()
    assert json.loads((prepared / "run" / "measures.json").read_text()) == {}
    assert torch.load(prepared / "run" / "checkpoint.pt")["cars"] == ["vdrift-3s"]
    run(config_of(prepared, steps=6))
    last = json.loads((prepared / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert last["step"] == 6


def test_learning_makes_the_drawings_fit(prepared):
    parts = parts_of(config_of(prepared, pairs=True, cars=4))
    optimiser = torch.optim.Adam(parts.learner.parameters(), 2e-3)
    parts.learner.train()
    costs = []
    for step in range(16):
        batch = parts.batch(np.random.default_rng((1, step)), step / 16)
        terms = parts.objective(parts.learner, batch)
        optimiser.zero_grad()
        sum(terms.values()).backward()
        optimiser.step()
        costs.append([float(terms["overlap"]), float(terms["colour"])])
    first, last = np.mean(costs[:4], 0), np.mean(costs[-4:], 0)
    assert last[1] < 0.8 * first[1] and last[0] < first[0]


def test_another_set_of_cameras_is_refused(prepared):
    run(config_of(prepared, steps=1))
    write_multiviews(prepared / "more", template_arrays(), cars=2)
    sources = [{"folder": str(prepared / name)} for name in ("views", "more")]
    with pytest.raises(StageError, match="another configuration.*cameras.free"):
        run(config_of(prepared, sources=sources))


@pytest.mark.parametrize(("changes", "message"), [
    ({"sources": []}, "at least one folder"), ({"colour": 3}, "no setting colour"),
    ({"sources": [{"folder": "x", "cameras": "guess"}]}, "one of codes, true, binned"),
    ({"sigmainv": [300.0]}, "sigmainv"), ({"perceptual": "nowhere"}, "stage gan"),
])
def test_wrong_settings_are_named(prepared, changes, message):
    with pytest.raises(StageError, match=message):
        parts_of(config_of(prepared, **changes))


def test_terms_are_measured_for_their_weights(prepared, capsys):
    path = prepared / "config.toml"
    path.write_text(
        f'[paths]\nmodels = "{prepared}/models"\nregistered = "{prepared}/registered.npz"\n'
        f'[inverse]\nrun = "{prepared}/run"\ncars = 2\n[[inverse.sources]]\nfolder = "{prepared}/views"\n'
    )
    weigh.weigh(path)
    found = json.loads(capsys.readouterr().out)
    assert found["true_shapes"]["movement"] > found["true_shapes"]["laplacian"] > 0
    terms = found["fine"]
    assert terms["overlap"]["on_vertices"] > 0
    assert terms["azimuth"]["on_vertices"] == 0 and terms["azimuth"]["on_trunk"] > 0
    assert set(terms) == {entry for entry in vars(Weights())} - {"perceptual", "true_shape", "true_light"}


def test_trained_f_is_loaded_in_the_encoders_place(prepared):
    run(config_of(prepared, steps=1))
    parts = parts_of(config_of(prepared))
    parts.load_if_trained()
    crop = torch.rand(1, 5, 128, 128)
    answers = inverse_for_export(prepared / "run", prepared / "models" / "template.safetensors")(crop)
    prediction = parts.learner.network.eval()(crop)
    assert torch.equal(answers[2], prediction.estimate.azimuth_logits)
    assert torch.allclose(answers[1] + parts.learner.network.mean, prediction.vertices, atol=1e-6)
    names = ["coefficients", "offsets", "azimuth_logits", "azimuth_residual", "camera", "light"]
    graph = build_graph(InverseForExport(parts.learner.network), {"crop": crop}, names)
    exported = run_graph(graph.SerializeToString(), {"crop": crop.numpy()})
    for name, answer in zip(names, answers, strict=True):
        assert exported[name] == pytest.approx(answer.detach().numpy(), abs=1e-4)


def test_measures_say_what_the_second_hypothesis_brings(prepared):
    write_renders(prepared / "renders", 6)
    parts = parts_of(config_of(prepared))
    paths = Paths(held_out=prepared / "renders", registered=prepared / "registered.npz", evaluation=prepared / "none")
    with torch.no_grad():
        measures = measures_of(parts.learner.network, parts.objective.mesh, 6, paths)
    assert measures["held_out_better_of_two_mask_iou_median"] > 0.1
    assert 0 <= measures["held_out_likeliest_azimuth_median_deg"] <= 180 and len(measures) == 6


def test_renders_can_teach_their_true_shape_and_light(prepared):
    write_renders(prepared / "renders")
    weights = {"true_shape": 20.0, "true_light": 0.5}
    sources = [{"folder": str(prepared / "renders"), "cameras": "true"}, {"folder": str(prepared / "views")}]
    parts = parts_of(config_of(prepared, sources=sources, weights=weights, cars=6))
    batch = parts.batch(np.random.default_rng(3), 0.5)
    assert (
        parts.learner.state_dict()["cameras.free"].shape == (CODES, 7)
        and "cameras.start" not in parts.learner.state_dict()
    )
    assert 0 < batch["known"].sum() < 12 and batch["true_shape"].shape == (12, *template_arrays()["vertices"].shape)
    unknown = batch["known"] == 0
    assert not batch["true_shape"][unknown].any() and not batch["true_light"][unknown].any()
    values, prediction = parts.objective.values(parts.learner.eval(), batch)
    batch["true_shape"] = prediction.vertices.detach() + 0.1 * batch["known"][:, None, None]
    changed, _ = parts.objective.values(parts.learner, batch)
    assert float(values["true_light"]) > 0 and float(changed["true_shape"]) == pytest.approx(0.1, abs=1e-3)
    assert "true_shape" not in parts_of(config_of(prepared, sources=sources)).batch(np.random.default_rng(3), 0.5)
