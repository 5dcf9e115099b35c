"""Settings of stage ``disentangle``, read from the [disentangle] section of a TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from turnaround_training.device import AUTOMATIC
from turnaround_training.errors import StageError
from turnaround_training.sections import read_section


@dataclass(frozen=True)
class Weights:
    """Of the joint phase's terms. shape is the mean distance of vertices (L), texture and picture mean absolute sRGB
    differences, background mean squared differences of codes, code the whitened |w - w*|^2. The authors name shape,
    texture, background and entropy; picture and code keep the generator near what it drew (ours)."""

    shape: float = 20.0
    texture: float = 4.0
    background: float = 1.0
    entropy: float = 0.05
    picture: float = 4.0
    code: float = 0.1


@dataclass(frozen=True)
class DisentangleSettings:
    """inverse: run folder of the f that stays frozen; samples: pictures of the multi-views that are learned from;
    view_dimensions: share of the early inputs' entries that the viewpoint owns: all, as viewpoint codes replace these
    inputs whole (144 of 2048 by the authors); warm_up, joint: steps with and without the generator frozen; rate,
    joint_rate: of Adam; models: folder of the exported StyleGAN-R."""

    run: Path = Path("runs/disentangle/first")
    inverse: Path = Path("runs/inverse/first")
    models: Path = Path("runs/disentangle/first/models")
    samples: int = 6000
    view_dimensions: float = 1.0
    warm_up: int = 700
    joint: int = 2500
    batch: int = 16
    rate: float = 3e-3
    joint_rate: float = 1e-5
    checkpoint_seconds: float = 300.0
    log_every: int = 20
    seed: int = 23
    threads: int = 1
    device: str = AUTOMATIC
    weights: Weights = Weights()


def read_disentangle_settings(config: dict) -> DisentangleSettings:
    """Settings from a parsed TOML file; raises StageError that names what is wrong."""
    settings = read_section(DisentangleSettings, config.get("disentangle", {}), "disentangle")
    if not 0 < settings.view_dimensions <= 1:
        raise StageError(
            f"[disentangle] view_dimensions is a share above 0 and at most 1, not {settings.view_dimensions}."
        )
    if settings.batch < 2:
        raise StageError(
            "[disentangle] batch must be at least 2: properties are exchanged between the cars of a batch."
        )
    return settings
