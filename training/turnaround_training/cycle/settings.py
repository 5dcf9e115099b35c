"""Settings of stage ``cycle``, read from the [cycle] section of a TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CycleSettings:
    """run: folder of the new views and the new f; scenes: cars to draw; azimuths: views a car, of which a multiple of
    12 keeps every bin alike; most_cars: pictures in which the segmenter finds more are left out."""

    run: Path = Path("runs/cycle/first")
    scenes: int = 500
    azimuths: int = 24
    most_cars: int = 1
    seed: int = 29
