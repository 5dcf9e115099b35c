"""Settings of stage ``inverse``, read from the [inverse] section of a TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from turnaround_training.errors import StageError
from turnaround_training.sections import read_section
from turnaround_training.trainer import TrainingPlan

CAMERA_KINDS = ("codes", "true", "binned")


@dataclass(frozen=True)
class Source:
    """A folder of pictures and how their cameras are known.

    cameras: "codes" (one unknown camera per view_code, started at its azimuth_bin: what stage multiview writes),
    "true" (renders with their own cameras), or "binned" (canonical renders treated as if they were multi-views: a
    code per 10 degrees of azimuth and elevation, started at the bin of 30 degrees, everything else kept from f).
    share: how often pairs are drawn from it, relative to the other sources.
    """

    folder: Path
    cameras: str = "codes"
    share: float = 1.0


@dataclass(frozen=True)
class Weights:
    """Of the loss's terms in the units of terms.py and surface.py.

    The authors' are overlap 3, colour 20, Laplacian 5, flatness 5, movement 2.5, perceptual 0.5, in units they do not
    state. ``python -m turnaround_training.inverse.weigh --config configs/inverse-binned.toml`` measured ours, before
    training, as pulls on vertices | on the trunk: overlap 0.7-0.9 | 0.012, colour 0.08 | 0.06, Laplacian 0.025 | 0.001,
    flatness 13 | 0.1, movement 0.02 | 0.004, azimuth 0 | 1.2, residual 0 | 0.6, camera 0 | 0.1. So overlap, Laplacian
    and movement keep their weights (the priors pull at vertices with 5 and 2 % of the overlap), flatness is brought to
    the Laplacian's pull, and colour and viewpoint to what leaves the overlap its say in the trunk. true_shape and
    true_light teach what only renders with true cameras know; no part of the paper's route.
    """

    overlap: float = 3.0
    colour: float = 4.0
    laplacian: float = 5.0
    flatness: float = 0.01
    movement: float = 2.5
    perceptual: float = 0.5
    light: float = 0.05
    coefficients: float = 0.002
    azimuth: float = 0.2
    residual: float = 0.2
    camera: float = 0.2
    true_shape: float = 0.0
    true_light: float = 0.0


@dataclass(frozen=True)
class Settings:
    """Everything but the TrainingPlan, whose keys stand in the same section.

    pairs: draw each prediction in another view of the same car too (multi-view consistency). cars: how many a step, of
    all processes together. start: run folder of the encoder stage (or a file of `keep`) whose weights f starts from;
    empty starts from nothing. elevation_deg: of the starting cameras. sigmainv grows from its first to its last value
    over the first ``sharpen`` of the training. perceptual: run folder of stage gan whose discriminator compares
    drawings with pictures, from ``perceptual_from`` (share of the training) on; empty leaves that term out. measured:
    how many held-out pictures (and as many photos, up to 60) are measured when training ends.
    """

    sources: tuple[Source, ...]
    pairs: bool = True
    cars: int = 8
    start: str = ""
    elevation_deg: float = 12.0
    sigmainv: tuple[float, ...] = (300.0, 7000.0)
    sharpen: float = 0.6
    nearest: int = 1
    perceptual: str = ""
    perceptual_from: float = 0.5
    measured: int = 200
    weights: Weights = field(default_factory=Weights)


def read_settings(config: dict) -> tuple[Settings, TrainingPlan]:
    """Settings and plan of a parsed TOML file; raises StageError that names what is wrong."""
    section = config.get("inverse", {})
    own = section.keys() - (TrainingPlan.__dataclass_fields__.keys() - {"start"})
    plan = TrainingPlan.from_section(section, "inverse", own)
    settings = read_section(Settings, {key: section[key] for key in own}, "inverse")
    if not settings.sources:
        raise StageError("[[inverse.sources]] is empty: name at least one folder of pictures.")
    for source in settings.sources:
        if source.cameras not in CAMERA_KINDS:
            known = ", ".join(CAMERA_KINDS)
            raise StageError(f"[[inverse.sources]] cameras is {source.cameras!r}; it must be one of {known}.")
        if not source.share > 0:
            raise StageError(f"[[inverse.sources]] share of {source.folder} must be positive, not {source.share}.")
    if settings.cars < 1 or len(settings.sigmainv) != 2 or min(settings.sigmainv) <= 0:
        raise StageError("[inverse] cars must be at least 1 and sigmainv two positive numbers, first and last.")
    return settings, plan
