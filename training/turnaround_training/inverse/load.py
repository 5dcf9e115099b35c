"""A trained f, without the cameras that were found with it."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.numpy import load_file

from turnaround_training.checkpoint import identity_of, load_checkpoint, load_weights
from turnaround_training.encoder.stage import shape_space
from turnaround_training.inverse.network import InverseForExport, InverseGraphics
from turnaround_training.trainer import checkpoint_path

PREFIX = "network."


def load_inverse(run: Path, template_path: Path) -> InverseGraphics:
    """f with the averaged weights of a run's checkpoint, for export and measuring."""
    template = load_file(template_path)
    network = InverseGraphics(shape_space(template), torch.from_numpy(template["mirror"]))
    path = checkpoint_path(run)
    stored = load_checkpoint(path, identity_of("inverse", template_path))["average"]
    own = {key.removeprefix(PREFIX): value for key, value in stored.items() if key.startswith(PREFIX)}
    load_weights(network, own, path)
    return network.eval()


def inverse_for_export(run: Path, template_path: Path) -> InverseForExport:
    """f of a run with the inputs and outputs of models/encoder.onnx."""
    return InverseForExport(load_inverse(run, template_path)).eval()
