"""Export of a small module: parity, half weights, dynamic batch and the merged manifest."""

import json

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.numpy import load_file

from turnaround_training.errors import StageError
from turnaround_training.export.manifest import merge_metrics, merge_model, read_manifest, sha256_of
from turnaround_training.export.onnx_model import export_model

DESCRIPTION = {
    "purpose": "test",
    "inputs": [],
    "outputs": [],
    "training_data": "none",
    "credits": [],
    "licence": "none",
    "metrics": [],
}


def small_module() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 200, 3), torch.nn.ReLU(), torch.nn.Conv2d(200, 4, 1))


def test_export_writes_model_pair_and_entry(tmp_path):
    merge_metrics_target = {"file": "other.bin", "metrics": []}
    (tmp_path / "other.bin").write_bytes(b"1")
    merge_model(tmp_path, "other", merge_metrics_target)
    differences = export_model(
        tmp_path, "small", small_module(), {"x": torch.rand(1, 3, 8, 8)}, ["y"], DESCRIPTION, tolerance=5e-3
    )
    assert 0 < differences["y"] < 5e-3
    manifest = read_manifest(tmp_path)
    assert set(manifest["models"]) == {"other", "small"}
    entry = manifest["models"]["small"]
    assert entry["sha256"] == sha256_of(tmp_path / "small.onnx")
    pair = load_file(tmp_path / entry["parity"]["file"])
    session = onnxruntime.InferenceSession(str(tmp_path / "small.onnx"))
    assert session.run(None, {"x": pair["x"]})[0] == pytest.approx(pair["y"], abs=1e-5)
    assert session.run(None, {"x": np.zeros((5, 3, 8, 8), np.float32)})[0].shape == (5, 4, 6, 6)
    assert (tmp_path / "small.onnx").stat().st_size < 200 * 27 * 4


def test_export_refuses_a_model_beyond_tolerance(tmp_path):
    with pytest.raises(StageError, match="differs"):
        export_model(
            tmp_path, "small", small_module(), {"x": torch.rand(1, 3, 8, 8)}, ["y"], DESCRIPTION, tolerance=0.0
        )
    assert not (tmp_path / "small.onnx").exists()


def test_metrics_are_replaced_by_name(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"1")
    merge_model(tmp_path, "a", {"file": "a.bin", "metrics": [{"name": "iou", "value": 0.5, "command": "x"}]})
    merge_metrics(
        tmp_path, "a", [{"name": "iou", "value": 0.6, "command": "y"}, {"name": "ms", "value": 3, "command": "z"}]
    )
    metrics = json.loads((tmp_path / "manifest.json").read_text())["models"]["a"]["metrics"]
    assert [(metric["name"], metric["value"]) for metric in metrics] == [("iou", 0.6), ("ms", 3)]
