"""Write the four models of the neural view as ONNX with parity pairs, manifest entries and figures."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from turnaround_training.export.manifest import merge_metrics, tensor_entry
from turnaround_training.export.onnx_model import export_model, open_model
from turnaround_training.neural.examples import Examples, fetch
from turnaround_training.neural.networks import Networks

TOLERANCES = {"background": 5e-3, "mapper_content": 1e-2, "mapper_view": 5e-3, "generator": 4e-3}
PURPOSES = {
    "background": "Background encoder of the neural view: what surrounds the car, as a code.",
    "mapper_content": "Content share of w_plus: from shape, texture and background. Run once an edit.",
    "mapper_view": "Viewpoint share of w_plus. Run at every step of the viewpoint.",
    "generator": "Draws w_plus = w_content + w_view as a picture of the car in canonical framing.",
}


def interfaces(inputs: int, width: int, vertices: int) -> dict[str, tuple[list[dict], list[dict]]]:
    """Inputs and outputs of each model as the manifest describes them."""
    style = ["N", inputs, width]
    picture = tensor_entry("picture", ["N", 4, 128, 128], "rgb*(1-mask) sRGB 0..1, mask 0..1")
    code = ["N", 32]
    return {
        "background": ([picture], [tensor_entry("code", code, "real")]),
        "mapper_content": (
            [
                tensor_entry("offsets", ["N", vertices, 3], "car lengths, from the template mean"),
                tensor_entry("texture", ["N", 3, 64, 64], "sRGB albedo atlas 0..1, area-downsampled"),
                tensor_entry("background", code, "code of the background encoder"),
            ],
            [tensor_entry("w_content", style, "real")],
        ),
        "mapper_view": (
            [tensor_entry("viewpoint", ["N", 3], "sin azimuth, cos azimuth, elevation rad 0..0.524")],
            [tensor_entry("w_view", style, "real")],
        ),
        "generator": (
            [tensor_entry("w_plus", style, "w_content + w_view")],
            [tensor_entry("picture", ["N", 3, 128, 128], "sRGB 0..1, canonical framing")],
        ),
    }


@torch.no_grad()
def example_inputs(networks: Networks, examples: Examples, offsets: np.ndarray) -> dict[str, dict[str, torch.Tensor]]:
    """One stored input per model, from the first picture; offsets float32 [V,3] stand for its shape."""
    batch = fetch(examples, np.array([0]), np.array([0]))
    rgba = torch.from_numpy(examples.pictures[:1].copy()).permute(0, 3, 1, 2).float() / 255.0
    picture = torch.cat([rgba[:, :3] * (1.0 - rgba[:, 3:]), rgba[:, 3:]], 1)
    code = networks.background(picture)
    content = {"offsets": torch.from_numpy(offsets)[None], "texture": batch.texture, "background": code}
    w_plus = networks.mapper_content(*content.values()) + networks.mapper_view(batch.view)
    return {
        "background": {"picture": picture},
        "mapper_content": content,
        "mapper_view": {"viewpoint": batch.view},
        "generator": {"w_plus": w_plus},
    }


def export_networks(
    networks: Networks,
    models: Path,
    examples: Examples,
    offsets: np.ndarray,
    training_data: str,
    credits: list[str],
    licence: str,
) -> dict[str, float]:
    """Export all four models; returns the largest difference from torch per model."""
    architecture = networks.mapper_content.shape
    described = interfaces(*architecture, offsets.shape[0])
    modules: dict[str, nn.Module] = dict(networks.named_children())
    differences = {}
    for name, inputs in example_inputs(networks, examples, offsets).items():
        lines_in, lines_out = described[name]
        description = {
            "purpose": PURPOSES[name],
            "inputs": lines_in,
            "outputs": lines_out,
            "training_data": training_data,
            "credits": credits,
            "licence": licence,
            "metrics": [],
        }
        outputs = [line["name"] for line in lines_out]
        found = export_model(models, name, modules[name], inputs, outputs, description, TOLERANCES[name])
        differences[name] = max(found.values())
    return differences


def milliseconds(models: Path, inputs: int, width: int, threads: int = 1, runs: int = 30) -> float:
    """Median time of mapper_view plus generator for one picture in onnxruntime on the CPU."""
    view_mapper, generator = (open_model(models, name, threads) for name in ("mapper_view", "generator"))
    content = np.zeros((1, inputs, width), np.float32)
    times = []
    for run in range(runs):
        view = np.array([[np.sin(run), np.cos(run), 0.1]], np.float32)
        begun = time.perf_counter()
        (w_view,) = view_mapper.run(None, {"viewpoint": view})
        generator.run(None, {"w_plus": content + w_view})
        times.append(time.perf_counter() - begun)
    return float(np.median(times) * 1e3)


def record_figures(models: Path, figures: dict[str, float], command: str) -> None:
    """Write figures into the generator's manifest entry, with the command that measured them."""
    lines = [{"name": name, "value": round(value, 4), "command": command} for name, value in figures.items()]
    merge_metrics(models, "generator", lines)
