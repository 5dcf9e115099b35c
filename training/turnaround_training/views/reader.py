"""Reads azimuths off pictures: the automatic labeller with the discriminator that sees for it, kept with the views."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from turnaround_training.checkpoint import Identity, identity_of, load_checkpoint, load_weights, save_checkpoint
from turnaround_training.device import choose_device
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.settings import Settings
from turnaround_training.views.circle import peak_deg
from turnaround_training.views.labeller import Labeller, describe

NUMBERS = ("known", "weights", "left_out_deg")


@dataclass(frozen=True)
class AzimuthReader:
    """labeller: what it learned; discriminator: of the GAN as it was then."""

    labeller: Labeller
    discriminator: Discriminator

    def votes(self, pictures: Tensor) -> np.ndarray:
        """Pictures [N,3,S,S] in -1..1 -> bumps over the azimuth bins [N,BINS]."""
        return self.labeller.votes(describe(self.discriminator, pictures))

    def azimuth_deg(self, pictures: Tensor) -> np.ndarray:
        """Pictures [N,3,S,S] in -1..1 -> azimuth [N] in 0..360."""
        return peak_deg(self.votes(pictures))


def read_discriminator(settings: Settings, path: Path) -> Discriminator:
    """The discriminator of a checkpoint of stage gan, for its features."""
    return _loaded(settings, load_checkpoint(path, _identity(settings, "gan")), path)


def save_reader(folder: Path, settings: Settings, reader: AzimuthReader) -> None:
    """Write labeller.pt; training the GAN further changes neither the views nor who labelled them."""
    numbers = {name: torch.from_numpy(getattr(reader.labeller, name)) for name in NUMBERS}
    content = {
        "kind": reader.labeller.kind, "sharpness": reader.labeller.sharpness, **numbers,
        "discriminator": reader.discriminator.state_dict(),
    }
    save_checkpoint(folder / "labeller.pt", _identity(settings, "labeller"), content)


def load_reader(folder: Path, settings: Settings) -> AzimuthReader:
    """What `save_reader` wrote; raises StageError where it is missing or belongs to another configuration."""
    path = folder / "labeller.pt"
    stored = load_checkpoint(path, _identity(settings, "labeller"))
    numbers = {name: stored[name].numpy() for name in NUMBERS}
    labeller = Labeller(stored["kind"], sharpness=stored["sharpness"], **numbers)
    return AzimuthReader(labeller, _loaded(settings, stored, path))


def _loaded(settings: Settings, stored: dict, path: Path) -> Discriminator:
    discriminator = Discriminator(settings.architecture)
    load_weights(discriminator, stored["discriminator"], path)
    return discriminator.to(choose_device(settings.device)).requires_grad_(False).eval()


def _identity(settings: Settings, stage: str) -> Identity:
    return identity_of(stage, **asdict(settings.architecture))
