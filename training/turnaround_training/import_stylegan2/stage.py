"""``import-stylegan2 CHECKPOINT --out DIR``: a StyleGAN2 generator as ONNX models of our contract.

Writes DIR/generator.onnx (w_plus -> picture), DIR/mapping.onnx (z, truncation -> w), their parity pairs and a manifest.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch

from turnaround_training.errors import StageError
from turnaround_training.export.manifest import tensor_entry
from turnaround_training.export.onnx_model import export_model
from turnaround_training.import_stylegan2.network import Mapping, Synthesis
from turnaround_training.import_stylegan2.weights import read_state

TOLERANCE = 0.02
LICENCE = (
    "That of the checkpoint, which this import can't know. Networks published by NVIDIA are under the NVIDIA Source "
    "Code License: research and evaluation only, not commercially."
)


def import_checkpoint(checkpoint: Path, out: Path, crop: str | None, clamp: float | None) -> dict[str, float]:
    """Convert, verify and write. Returns the largest difference between ONNX and torch per model.

    crop: "WIDTHxHEIGHT" of the middle that is kept; clamp: the checkpoint's conv_clamp.
    """
    state = read_state(checkpoint)
    synthesis, mapping = Synthesis(state, parse_crop(crop), clamp), Mapping(state)
    width, height = synthesis.crop
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(1, mapping.layers[0].in_features, generator=generator)
    truncation = torch.full((1, 1), 0.7)
    with torch.no_grad():
        w_plus = mapping(z, truncation)[:, None].repeat(1, synthesis.inputs, 1)
    shared = {
        "training_data": f"Imported from {checkpoint.name}; what it was trained on is known to its makers.",
        "credits": [],
        "licence": LICENCE,
        "metrics": [],
    }
    style = ["N", synthesis.inputs, synthesis.width]
    differences = {}
    for name, module, example, inputs, outputs, purpose in (
        (
            "generator",
            synthesis,
            {"w_plus": w_plus},
            [("w_plus", style, "codes of the mapping, one per style input")],
            [("picture", ["N", 3, height, width], "sRGB 0..1")],
            "StyleGAN2 synthesis with its stored noise.",
        ),
        (
            "mapping",
            mapping,
            {"z": z, "truncation": truncation},
            [("z", ["N", z.shape[1]], "normal"), ("truncation", ["N", 1], "1 leaves w, 0 gives the mean code")],
            [("w", ["N", synthesis.width], "real")],
            "StyleGAN2 mapping of random numbers to a style code.",
        ),
    ):
        description = {
            "purpose": purpose,
            "inputs": [tensor_entry(*line) for line in inputs],
            "outputs": [tensor_entry(*line) for line in outputs],
        }
        found = export_model(out, name, module, example, [line[0] for line in outputs], description | shared, TOLERANCE)
        differences[name] = max(found.values())
    print(
        f"import-stylegan2: {synthesis.inputs} style inputs of {synthesis.width} numbers, {width}x{height} px; "
        f"ONNX differs from torch by {differences} in {out}"
    )
    return differences


def parse_crop(text: str | None) -> tuple[int, int] | None:
    """(512, 384) of "512x384", None of None; raises StageError where the text is otherwise."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if not found:
        raise StageError(f"--crop must be WIDTHxHEIGHT such as 512x384, not {text}.")
    return int(found[1]), int(found[2])
