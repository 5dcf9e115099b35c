"""Stage ``disentangle``: train the mapper and StyleGAN-R, export them.

Config sections [gan], [views], [multiview], [disentangle] and [paths].
"""

from __future__ import annotations

from turnaround_training.device import on_cpu
from turnaround_training.disentangle.export import export_networks
from turnaround_training.disentangle.load import open_run
from turnaround_training.disentangle.sheet import write_sheet
from turnaround_training.disentangle.train import train
from turnaround_training.export.credits import car_credits, environment_credits, licence_note
from turnaround_training.processes import is_first

SHEET_CARS = 6


def run(config: dict) -> None:
    """Train (or go on), then write models of the engine's contract to [disentangle] models."""
    opened = open_run(config)
    trainer, settings, network = opened.trainer, opened.settings, opened.trainer.network
    print(
        f"disentangle: {len(opened.samples)} pictures of {len(set(opened.samples.view_code.tolist()))} viewpoint "
        f"codes; the viewpoint owns {int(trainer.space.view_mask.sum())} of {trainer.space.mean.numel()} entries",
        flush=True,
    )
    train(trainer, lambda: write_sheet(settings.run / "sheet.png", network, opened.samples, SHEET_CARS))
    if not is_first():
        return
    data = (
        f"A GAN after {opened.views.trained.seen} renders without labels, {len(opened.samples)} pictures of its own "
        f"imagination, {trainer.step} steps under an f taught by them."
    )
    environments = opened.paths.training_renders().environments()
    credits = car_credits(opened.paths.cars, trainer.cars) + environment_credits(environments)
    differences = export_networks(
        on_cpu(network.eval()), settings.models, opened.samples, data, credits, licence_note(trainer.cars)
    )
    shares = {name: round(value, 3) for name, value in network.mapper_content.shares().items()}
    print(
        f"disentangle: exported to {settings.models}, ONNX differs from torch by {differences}; "
        f"content entries won: {shares}",
        flush=True,
    )
