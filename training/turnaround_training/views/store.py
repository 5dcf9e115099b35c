"""The chosen viewpoint codes on disk, beside the generator that they belong to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from turnaround_training.checkpoint import identity_of, load_checkpoint, save_checkpoint
from turnaround_training.gan.load import Trained, load_trained
from turnaround_training.gan.settings import Settings
from turnaround_training.views.labels import read_labels


@dataclass(frozen=True)
class Views:
    """Viewpoint codes of a generator.

    codes [K,width]; bins int [K], -1 for codes that were left out; cut: how many early style inputs take the
    viewpoint code; azimuth_deg, agreement [K] as the automatic labeller saw them.
    """

    trained: Trained
    codes: Tensor
    bins: np.ndarray
    cut: int
    azimuth_deg: np.ndarray
    agreement: np.ndarray


def save_views(folder: Path, settings: Settings, views: Views) -> None:
    """Write generator.pt (training may go on without changing the views) and codes.pt; labels are labels.json."""
    identity = identity_of("gan", **asdict(settings.architecture))
    trained = views.trained
    state = {
        "average": trained.generator.state_dict(),
        "seen": trained.seen,
        "size": trained.size,
        "cars": list(trained.cars),
    }
    save_checkpoint(folder / "generator.pt", identity, state)
    content = {
        "codes": views.codes, "cut": views.cut,
        "azimuth_deg": torch.from_numpy(views.azimuth_deg), "agreement": torch.from_numpy(views.agreement),
    }
    save_checkpoint(folder / "codes.pt", {**identity, "stage": "views", "seen": trained.seen}, content)


def load_views(folder: Path, settings: Settings) -> Views:
    """What `save_views` and labels.json hold; raises StageError where they are missing or don't belong together."""
    trained = load_trained(settings, folder / "generator.pt")
    identity = identity_of("gan", **asdict(settings.architecture))
    stored = load_checkpoint(folder / "codes.pt", {**identity, "stage": "views", "seen": trained.seen})
    bins = read_labels(folder / "labels.json", len(stored["codes"]))
    return Views(
        trained, stored["codes"], bins, stored["cut"], stored["azimuth_deg"].numpy(), stored["agreement"].numpy()
    )
