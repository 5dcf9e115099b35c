"""The stages by name, each a module with ``run(config)``."""

from __future__ import annotations

STAGES: dict[str, str] = {
    "render": "turnaround_training.render.stage",
    "template": "turnaround_training.template.stage",
    "segmenter": "turnaround_training.segmenter.stage",
    "encoder": "turnaround_training.encoder.stage",
    "texture": "turnaround_training.texture.stage",
    "neural": "turnaround_training.neural.stage",
    "upsampler": "turnaround_training.upsampler.stage",
    "gan": "turnaround_training.gan.stage",
    "views": "turnaround_training.views.stage",
    "multiview": "turnaround_training.multiview.stage",
    "inverse": "turnaround_training.inverse.stage",
    "disentangle": "turnaround_training.disentangle.stage",
    "cycle": "turnaround_training.cycle.stage",
    "export": "turnaround_training.export.stage",
    "held-out-truth": "turnaround_training.held_out_truth.stage",
    "evaluate": "turnaround_training.evaluate.stage",
    "smoke": "turnaround_training.smoke.stage",
}

PARALLEL = {
    name: name
    for name in ("segmenter", "encoder", "texture", "neural", "upsampler", "gan", "inverse", "disentangle")
}
PARALLEL["cycle"] = "disentangle"
"""Stages that may run in several processes, and the section whose `device` they use."""
