"""StyleGAN-R as ONNX models of the engine's contract: background, mapper_content, mapper_view, generator."""

from __future__ import annotations

from pathlib import Path

import torch

from turnaround_training.disentangle.mapper import StyleGanR
from turnaround_training.disentangle.samples import Samples
from turnaround_training.export.manifest import tensor_entry
from turnaround_training.export.onnx_model import export_model
from turnaround_training.neural.export import PURPOSES, TOLERANCES, interfaces


@torch.no_grad()
def export_networks(
    network: StyleGanR, models: Path, samples: Samples, training_data: str, credits: list[str], licence: str
) -> dict[str, float]:
    """Export all four models; returns the largest difference from torch per model."""
    inputs, width = network.mapper_view.shape
    size = network.generator.size
    described = interfaces(inputs, width, samples.offsets.shape[1])
    picture = tensor_entry("picture", ["N", 3, size, size], "sRGB 0..1, canonical framing")
    described["generator"] = (described["generator"][0], [picture])
    around = torch.nn.functional.interpolate(samples.around[:1], scale_factor=4.0)
    code = network.background(around)
    content = {"offsets": samples.offsets[:1], "texture": samples.texture[:1], "background": code}
    w_plus = network.mapper_content(*content.values()) + network.mapper_view(samples.view[:1])
    examples = {
        "background": {"picture": around}, "mapper_content": content, "mapper_view": {"viewpoint": samples.view[:1]},
        "generator": {"w_plus": w_plus},
    }
    differences = {}
    for name, example in examples.items():
        lines_in, lines_out = described[name]
        description = {
            "purpose": PURPOSES[name], "inputs": lines_in, "outputs": lines_out, "training_data": training_data,
            "credits": credits, "licence": licence, "metrics": [],
        }
        module = getattr(network, name)
        found = export_model(
            models, name, module, example, [line["name"] for line in lines_out], description, TOLERANCES[name]
        )
        differences[name] = max(found.values())
    return differences
