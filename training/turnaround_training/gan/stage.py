"""Stage ``gan``: train the StyleGAN2 of cars. Config section [gan]."""

from __future__ import annotations

from turnaround_training import collective
from turnaround_training.data.paths import Paths
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import Settings, read_settings
from turnaround_training.gan.train import train
from turnaround_training.gan.trainer import Trainer


def open_pictures(config: dict, settings: Settings) -> Pictures:
    """The run's pictures, without the cars that [paths] excludes."""
    exclude = Paths.from_config(config).exclude
    return Pictures(settings.pictures, settings.architecture.size, settings.run / "pictures", exclude)


def run(config: dict) -> None:
    """Train, or go on from the run's checkpoint; pictures drawn since are added at every start."""
    settings = read_settings(config)
    trainer = Trainer(settings)
    source, resumed = settings.checkpoint, trainer.load()
    if resumed and source.parent != settings.run:
        print(f"gan: begins with {source}", flush=True)
    with collective.first_alone():
        pictures = open_pictures(config, settings)
    trainer.cars |= pictures.cars
    print(
        f"gan: {len(pictures)} pictures; {'going on after' if resumed else 'starting at'} {trainer.seen} shown",
        flush=True,
    )
    train(trainer, pictures)
