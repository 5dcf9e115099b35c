"""Stage ``gan``: train the StyleGAN2 of cars. Config section [gan]."""

from __future__ import annotations

from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import read_settings
from turnaround_training.gan.train import train
from turnaround_training.gan.trainer import Trainer


def run(config: dict) -> None:
    """Train, or go on from the run's checkpoint; pictures drawn since are added at every start."""
    settings = read_settings(config)
    trainer = Trainer(settings)
    resumed = trainer.load()
    pictures = Pictures(settings.pictures, settings.architecture.size, settings.run / "pictures")
    print(f"gan: {len(pictures)} pictures; {'going on after' if resumed else 'starting at'} {trainer.seen} shown", flush=True)
    train(trainer, pictures)
