"""Paths every stage reads from the config's [paths] table, relative to the folder training/ by default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from turnaround_training.data.renders import EXCLUDED, RenderSet
from turnaround_training.errors import StageError
from turnaround_training.sections import read_section
from turnaround_training.template.registered import RegisteredCar, load_registered


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
    exclude: tuple[str, ...] = EXCLUDED
    """Cars whose renders no training sees."""

    @staticmethod
    def from_config(config: dict) -> "Paths":
        """Take [paths] of a config; keys that are missing keep their defaults, wrong ones raise StageError."""
        return read_section(Paths, config.get("paths", {}), "paths")

    @property
    def template(self) -> Path:
        """The template's file; raises StageError where no template stage has run."""
        path = self.models / "template.safetensors"
        if not path.is_file():
            raise StageError(f"{path} is missing. Run the template stage first.")
        return path

    def training_renders(self) -> RenderSet:
        """The renders to train on, without the excluded cars."""
        return RenderSet(self.renders, self.exclude)

    def training_cars(self) -> dict[str, RegisteredCar]:
        """The registered cars, without the excluded ones."""
        return {name: car for name, car in load_registered(self.registered).items() if name not in self.exclude}
