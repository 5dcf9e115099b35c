"""All stages in order, from cars made up on the spot to the tables, in a folder of their own."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from turnaround_training.errors import StageError
from turnaround_training.neural.mapper import projection_of
from turnaround_training.render.stage import REPOSITORY
from turnaround_training.smoke.cars import LOOKS, write_cars
from turnaround_training.smoke.light import write_environments
from turnaround_training.render.environments import load_environment
from turnaround_training.render.glb import car_geometry
from turnaround_training.stages import STAGES
from turnaround_training.template import stage as template
from turnaround_training.template.car import GLASS, LIGHT, WHEEL, Car, load_records
from turnaround_training.template.registered import load_registered

TRAINING = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"


def test_the_cars_of_the_run_are_cars(tmp_path):
    write_cars(tmp_path)
    for look, record in zip(LOOKS, load_records(tmp_path, held_out=("smoke-hatchback",)), strict=True):
        geometry = car_geometry(tmp_path / f"{look.id}.glb")
        assert geometry.length == pytest.approx(look.length, rel=0.02)
        assert geometry.axle_front > 0.2 > -0.2 > geometry.axle_rear
        car = Car(tmp_path, record)
        assert {GLASS, LIGHT, WHEEL} <= set(car.kind.tolist()) and car.held_out == (look.id == "smoke-hatchback")
        assert car.wheels.radius == pytest.approx([0.072, 0.072], abs=0.005)


def test_the_light_of_the_run_has_a_sun(tmp_path):
    write_environments(tmp_path)
    day, dusk = (load_environment(tmp_path / f"smoke_{name}.hdr") for name in ("day", "dusk"))
    assert day.sun_irradiance.min() > 0.1 and day.sun_direction @ [0.48, 0.64, 0.6] > 0.99
    assert not dusk.sun_irradiance.any() and dusk.radiance.max() == pytest.approx(4.0, rel=0.01)


@pytest.mark.skipif(
    shutil.which(CHROMIUM) is None or not (REPOSITORY / "node_modules/three").is_dir(),
    reason="needs chromium and three",
)
def test_every_stage_runs(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(TRAINING)}
    command = [sys.executable, "-m", "turnaround_training", "smoke", "--config", str(TRAINING / "configs/smoke.toml")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    run = tmp_path / "runs/smoke"
    for stage in set(STAGES) - {"smoke"}:
        assert f"smoke: {stage} took" in done.stdout, stage
    own = {"segmenter", "encoder", "texture", "upsampler"}
    neural = {"background", "mapper_content", "mapper_view", "generator"}
    manifest = json.loads((run / "models/manifest.json").read_text())
    assert set(manifest["models"]) == own | neural and manifest["template"]["sha256"]
    paper = json.loads((run / "disentangle/models/manifest.json").read_text())
    assert set(paper["models"]) == neural
    for name in ("gan/views/contact-sheet.png", "multiview/sheet.png", "inverse/sheet.png", "disentangle/sheet.png"):
        assert (run / name).is_file(), name
    gain = json.loads((run / "cycle/gain.json").read_text())
    assert set(gain["mask_iou"]) == {"before", "after"} and gain["mask_iou"]["before"] != gain["mask_iou"]["after"]
    report = (run / "RESULTS.md").read_text()
    reasons = [line for line in report.splitlines() if line.startswith("Not measured")]
    assert all("No evaluation photos" in reason for reason in reasons), reasons
    assert "held_out_renders_soft_psnr_bilinear" in report
    for title in ("Neural view", "Viewpoint control", "Edits read back by f", "GAN: Frechet", "Ablations", "Speed"):
        assert f"## {title}" in report
    linked = re.findall(r"\]\((models/sheets/(\S+)\.jpg)\)", report)
    routed = {f"{table}-{route}" for table in ("viewpoint", "editing") for route in ("supervised", "paper")}
    single = {"segmenter", "held-out", "texture", "neural", "upsampler", "editing-plain-gan", "gan"}
    assert {name for _, name in linked} == single | routed
    for path, name in linked:
        with Image.open(run / path) as sheet:
            assert np.asarray(sheet).std() > 1, name
    assert "| paper |" in report and "| plain GAN |" in report and "nan" not in report


def test_a_template_of_one_car_has_a_whole_basis(tmp_path):
    write_cars(tmp_path / "cars")
    others = tuple(look.id for look in LOOKS[1:])
    template.run({"template": {
        "assets": str(tmp_path / "cars"), "models": str(tmp_path), "out": str(tmp_path), "exclude": others,
        "held_out": [], "subdivisions": 2, "directions": 30,
    }})  # fmt: skip
    tensors = load_file(tmp_path / "template.safetensors")
    assert tensors["basis"].shape == (40, len(tensors["vertices"]), 3)
    assert (np.linalg.norm(tensors["basis"].reshape(40, -1), axis=1) > 1e-3).sum() >= 12
    assert np.isfinite(projection_of(tensors["basis"])).all()
    assert list(load_registered(tmp_path / "registered.npz")) == ["smoke-sedan"]


def test_a_kept_template_stays_and_the_cars_are_registered_to_it(tmp_path):
    write_cars(tmp_path / "cars")
    section = {
        "assets": str(tmp_path / "cars"), "models": str(tmp_path), "out": str(tmp_path / "first"),
        "exclude": [look.id for look in LOOKS[1:]], "held_out": [], "subdivisions": 2, "directions": 30,
    }
    template.run({"template": section})
    made = (tmp_path / "template.safetensors").read_bytes()
    registered = load_registered(tmp_path / "first/registered.npz")
    again = {**section, "out": str(tmp_path / "second"), "keep": True}
    template.run({"template": again})
    assert (tmp_path / "template.safetensors").read_bytes() == made
    name, second = LOOKS[0].id, load_registered(tmp_path / "second/registered.npz")
    assert np.array_equal(second[name].vertices, registered[name].vertices)
    change = np.abs(second[name].albedo.astype(int) - registered[name].albedo).mean()
    assert change < 1 < registered[name].albedo.std()
    with pytest.raises(StageError, match="another mesh"):
        template.run({"template": {**again, "subdivisions": 1}})
    (tmp_path / "template.safetensors").unlink()
    with pytest.raises(StageError, match="can't be kept"):
        template.run({"template": again})
