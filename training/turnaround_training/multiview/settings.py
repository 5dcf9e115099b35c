"""Settings of stage `multiview`, read from the [multiview] section of a TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from turnaround_training.sections import read_section


@dataclass(frozen=True)
class MultiviewSettings:
    """scenes: content codes, each drawn from every viewpoint code; smallest_mask: share of the picture that a
    car must cover; most_cars: pictures in which the segmenter finds more are left out; psi: truncation of the content
    codes (1 leaves them); furthest_deg: how far the azimuth that the views' labeller reads off a picture may be from its
    code's bin (180 asks nobody): a content code can turn its car against the viewpoint code."""

    run: Path = Path("runs/multiview/first")
    scenes: int = 1000
    smallest_mask: float = 0.10
    most_cars: int = 1
    psi: float = 0.7
    furthest_deg: float = 180.0
    seed: int = 17


def read_multiview_settings(config: dict) -> MultiviewSettings:
    """Settings from a parsed TOML file; raises StageError that names what is wrong."""
    return read_section(MultiviewSettings, config.get("multiview", {}), "multiview")
