"""From checkpoints to ONNX files, manifest and report, on untrained networks and synthetic renders."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file, save_file

from synthetic import BOX, BOX_MIRROR, registered_box, write_renders
from turnaround_training.checkpoint import identity_of
from turnaround_training.encoder.network import Encoder
from turnaround_training.errors import StageError
from turnaround_training.evaluate import stage as evaluate
from turnaround_training.evaluate.sheet import GAP, HEADER
from turnaround_training.export import stage as export
from turnaround_training.segmenter.network import Segmenter
from turnaround_training.template.registered import save_registered
from turnaround_training.texture.network import TextureCompleter
from turnaround_training.trainer import TrainingPlan, TrainingState


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    write_renders(folder / "renders", 4)
    (folder / "models").mkdir()
    generator = np.random.default_rng(0)
    template = {
        "vertices": BOX.astype(np.float32), "basis": generator.normal(0, 0.01, (40, 8, 3)).astype(np.float32),
        "faces": np.array([[0, 2, 6], [0, 6, 4], [0, 1, 3]], np.int32), "mirror": BOX_MIRROR,
        "uv": generator.random((3, 3, 2)).astype(np.float32), "parts": np.zeros(3, np.uint8),
    }
    save_file(template, folder / "models" / "template.safetensors")
    save_registered(folder / "registered.npz", [registered_box()])
    (folder / "cars.json").write_text(
        json.dumps(
            [
                {"id": "vdrift-3s", "source": "VDrift", "credit": "Someone", "licence": "GPL"},
                {"id": "unused", "source": "", "credit": "", "licence": ""},
            ]
        )
    )
    (folder / "hdri").mkdir()
    line = b"\x02\x02\x00\x10" + bytes((128 + 16, 100)) * 3 + bytes((128 + 16, 129))
    (folder / "hdri" / "plain.hdr").write_bytes(b"#?RADIANCE\n\n-Y 8 +X 16\n" + line * 8)
    for part in ("photos", "turntable/car00"):
        (folder / "eval" / part).mkdir(parents=True)
        for name in ("03", "04"):
            Image.new("RGB", (60, 40), (90, 90, 90)).save(folder / "eval" / part / f"{name}.jpg")
            mask = np.zeros((40, 60), np.uint8)
            mask[10:30, 10:50] = 255
            Image.fromarray(mask).save(folder / "eval" / part / f"{name}.png")
    networks = {"segmenter": Segmenter(), "encoder": Encoder(), "texture": TextureCompleter()}
    file = folder / "models" / "template.safetensors"
    settings = {"segmenter": {}, "encoder": {"template": file}, "texture": {"template": file, "size": 128}}
    for name, network in networks.items():
        torch.manual_seed(0)
        identity = identity_of(name, **settings[name])
        state = TrainingState(network, TrainingPlan(folder / name))
        state.cars = {"vdrift-3s"}
        state.save(folder / name / "checkpoint.pt", identity)
    names = {
        "renders": "renders",
        "held_out": "renders",
        "models": "models",
        "cars": "cars.json",
        "registered": "registered.npz",
        "environments": "hdri",
        "evaluation": "eval",
    }
    return {
        "paths": {key: str(folder / value) for key, value in names.items()},
        **{name: {"run": str(folder / name)} for name in networks},
        "evaluate": {"photos": 1, "cars": ["car00"], "report": str(folder / "RESULTS.md"), "command": "the command"},
        "folder": folder,
    }


def test_export_then_evaluate(config, capsys):
    export.run(config)
    models = config["folder"] / "models"
    manifest = json.loads((models / "manifest.json").read_text())
    assert set(manifest["models"]) == {"segmenter", "encoder", "texture"}
    assert manifest["template"]["file"] == "template.safetensors"
    entry = manifest["models"]["encoder"]
    assert entry["credits"][0].startswith("vdrift-3s: VDrift, Someone, GPL") and len(entry["credits"]) == 2
    pair = load_file(models / entry["parity"]["file"])
    assert {port["name"] for port in entry["inputs"] + entry["outputs"]} == set(pair)
    assert pair["offsets"].shape == (1, 8, 3) and pair["crop"].shape == (1, 5, 128, 128)
    assert (models / "parity" / "camera.json").exists()

    evaluate.run(config)
    report = (config["folder"] / "RESULTS.md").read_text()
    assert (
        "photos_1_mask_iou" in report and "| azimuth_flips |" in report and "mask IoU in the other 15 views" in report
    )
    assert "Neural view on held-out cars" in report and "not exported to" in report
    linked = dict(re.findall(r"!\[(\S+)\]\((models/sheets/\S+)\)", report))
    assert set(linked) == {"segmenter", "held-out", "texture"}
    assert {path.name for path in (models / "sheets").iterdir()} == {f"{name}.jpg" for name in linked}
    sizes = {}
    for name, path in linked.items():
        with Image.open(config["folder"] / path) as picture:
            picture.load()
            sizes[name] = picture.format, picture.size
    side = {tile: tile + 2 * GAP for tile in (192, 256)}
    assert sizes["segmenter"] == sizes["held-out"] == ("JPEG", (4 * side[192], HEADER + side[192]))
    assert sizes["texture"] == ("JPEG", (3 * side[256], HEADER + side[256]))
    metrics = json.loads((models / "manifest.json").read_text())["models"]["segmenter"]["metrics"]
    assert {metric["command"] for metric in metrics} == {"the command"}
    assert all(0 <= metric["value"] <= 1 for metric in metrics if metric["name"].endswith("iou"))


def test_unknown_model_is_named(config):
    with pytest.raises(StageError, match="no model is called nonsense"):
        export.run(config | {"export": {"models": ["nonsense"]}})
