"""Paths every stage reads from the config's [paths] table, relative to the folder training/ by default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """Where data comes from and models go to."""

    renders: Path = Path("runs/renders/first")
    held_out: Path = Path("runs/renders/first-heldout")
    registered: Path = Path("runs/template/registered.npz")
    models: Path = Path("../models")
    cars: Path = Path("../../shared/assets/cars/cars.json")
    environments: Path = Path("../../shared/assets/hdri")
    evaluation: Path = Path("../../shared/eval")

    @staticmethod
    def from_config(config: dict) -> "Paths":
        """Take [paths] of a config; keys that are missing keep their defaults."""
        return Paths(**{key: Path(value) for key, value in config.get("paths", {}).items()})
