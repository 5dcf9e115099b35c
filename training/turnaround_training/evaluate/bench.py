"""What the tables measure with: exported models, template, registered cars, renders and evaluation photos."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

from turnaround_training.data.paths import Paths
from turnaround_training.data.renders import RenderSet
from turnaround_training.device import AUTOMATIC, choose_device
from turnaround_training.errors import StageError
from turnaround_training.evaluate.photos import Photo, photos, turntable
from turnaround_training.evaluate.varied import varied
from turnaround_training.export.onnx_model import open_model
from turnaround_training.template.registered import RegisteredCar, load_registered

Answers = dict[str, np.ndarray]
Encode = Callable[[np.ndarray], Answers]
"""Crops [N,5,128,128] -> the encoder's outputs by name."""
CHUNK = 32
THREADS = 2


class ExportedModels:
    """The ONNX models of one folder, opened when they are first asked for."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.sessions: dict[str, onnxruntime.InferenceSession] = {}

    def has(self, *names: str) -> bool:
        """Whether all these models are there."""
        return all((self.folder / f"{name}.onnx").is_file() for name in names)

    def session(self, name: str) -> onnxruntime.InferenceSession:
        """The model's session; raises StageError where it isn't exported."""
        if name not in self.sessions:
            self.sessions[name] = open_model(self.folder, name, THREADS)
        return self.sessions[name]

    def run(self, name: str, **feeds: np.ndarray) -> Answers:
        """Outputs by name for a batch of any size."""
        session, count = self.session(name), len(next(iter(feeds.values())))
        names = [output.name for output in session.get_outputs()]
        parts = [
            session.run(None, {key: value[start : start + CHUNK] for key, value in feeds.items()})
            for start in range(0, count, CHUNK)
        ]
        return {key: np.concatenate(values) for key, values in zip(names, zip(*parts, strict=True), strict=True)}

    def encode(self, crops: np.ndarray) -> Answers:
        """The encoder's outputs for crops [N,5,128,128]."""
        return self.run("encoder", crop=crops)


class Bench:
    """Everything a table may need; what is missing raises StageError when a table asks for it.

    Networks that are not exported run on `device` ([evaluate] device), exported ones on the CPU, as the figures of the
    product are taken there.
    """

    def __init__(self, config: dict):
        self.config = config
        self.section: dict = config.get("evaluate", {})
        self.paths = Paths.from_config(config)
        self.models = ExportedModels(self.paths.models)
        self.device = choose_device(self.section.get("device", AUTOMATIC))

    @cached_property
    def template(self) -> dict[str, np.ndarray]:
        """Tensors of the template's file."""
        return load_file(self.paths.template)

    @cached_property
    def registered(self) -> dict[str, RegisteredCar]:
        """All registered cars by id."""
        return load_registered(self.paths.registered)

    @cached_property
    def held_out(self) -> RenderSet:
        """Renders of the cars that no training saw."""
        return RenderSet(self.paths.held_out, ())

    @cached_property
    def held_out_rows(self) -> np.ndarray:
        """The rows that are measured: [evaluate] renders of them (400), evenly spread."""
        count = len(self.held_out)
        return np.unique(np.linspace(0, count - 1, min(self.section.get("renders", 400), count)).astype(int))

    def sheet_rows(self, rows: np.ndarray, count: int) -> np.ndarray:
        """Up to `count` of some held-out rows, of different scenes, to stand for all on a sheet."""
        return rows[varied(self.held_out.scene[rows], [self.held_out.rows[row]["car"] for row in rows], count)]

    @property
    def photo_limit(self) -> int:
        """How many of the photos, by name."""
        return self.section.get("photos", 60)

    @property
    def turntable_cars(self) -> list[str]:
        """Names of the turntable's cars."""
        return self.section.get("cars", [f"car{number:02d}" for number in range(6)])

    @cached_property
    def photos(self) -> list[Photo]:
        """Photos in the wild."""
        return list(photos(self._evaluation(), self.photo_limit))

    @cached_property
    def turntable(self) -> list[Photo]:
        """Turntable views, car by car."""
        return list(turntable(self._evaluation(), self.turntable_cars))

    def _evaluation(self) -> Path:
        if not self.paths.evaluation.is_dir():
            raise StageError(f"No evaluation photos: {self.paths.evaluation} does not exist.")
        return self.paths.evaluation
