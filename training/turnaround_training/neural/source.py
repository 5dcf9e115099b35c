"""Where the examples come from: folders of renders, the template's basis and the registered cars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from turnaround_training.data.area import area_averaged
from turnaround_training.data.renders import RenderSet
from turnaround_training.errors import StageError
from turnaround_training.neural.cache import canonical_pictures
from turnaround_training.neural.examples import TEXTURE, Examples
from turnaround_training.neural.mapper import projection_of
from turnaround_training.neural.settings import Settings
from turnaround_training.template.registered import RegisteredCar, load_registered
from turnaround_training.template.shapes import azimuth_in_render, shape_of
from turnaround_training.template.textures import texture_of_row


class Source:
    """Reads renders (growing) and makes Examples; shapes and textures of a scene are computed once."""

    def __init__(self, settings: Settings) -> None:
        if not settings.template.is_file():
            raise StageError(f"{settings.template} is missing. Run the template stage first.")
        template = load_file(settings.template)
        self.settings = settings
        self.mean = template["vertices"]
        self.projection = projection_of(template["basis"])
        self.cars = load_registered(settings.registered)
        self.scenes: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}
        self.sets: dict[Path, RenderSet] = {}

    def training(self) -> Examples:
        """All canonical pictures of the training folders as they are now; held-out cars are refused."""
        if not self.settings.renders:
            raise StageError("[neural] names no folder in renders.")
        examples = self._join(self.settings.renders, None)
        held_out = sorted({car for car in examples.cars if self.cars[car].held_out})
        if held_out:
            raise StageError(
                f"Training renders hold held-out cars: {', '.join(held_out)}. Remove that folder from renders."
            )
        return examples

    def held_out(self, scenes: int) -> Examples | None:
        """The first `scenes` scenes of the held-out folders; None while there are none."""
        folders = [folder for folder in self.settings.held_out if (folder / "index.jsonl").is_file()]
        return self._join(tuple(folders), scenes) if folders else None

    def rendered_cars(self) -> list[str]:
        """Every car that the training folders hold, excluded or not."""
        return sorted({car for folder in self.settings.renders for car in RenderSet(folder, ()).cars()})

    def environments(self) -> list[str]:
        """Names of the environment maps of the training folders."""
        return sorted({name for folder in self.settings.renders for name in self._renders(folder).environments()})

    def offsets(self, row: int) -> np.ndarray:
        """Offsets float32 [V,3] from the template mean of the car of a training picture's row."""
        renders = self._renders(self.settings.renders[0])
        return self._vertices(renders.rows[np.flatnonzero(renders.canonical)[row]]) - self.mean

    def _renders(self, folder: Path) -> RenderSet:
        if folder not in self.sets:
            self.sets[folder] = RenderSet(folder, self.settings.exclude)
        return self.sets[folder]

    def _cache(self, folder: Path) -> Path:
        """One file for each choice of cars: its records follow the chosen rows."""
        name = "-without-".join([folder.name, *sorted(self.settings.exclude)])
        return self.settings.run.parent / "cache" / f"{name}.u8"

    def _vertices(self, row: dict) -> np.ndarray:
        return shape_of(self._car(row), row["bend"], row["box"])

    def _car(self, row: dict) -> RegisteredCar:
        if row["car"] not in self.cars:
            raise StageError(f"Car {row['car']} has renders but no registered shape. Run the template stage.")
        return self.cars[row["car"]]

    def _scene(self, folder: Path, row: dict) -> tuple[np.ndarray, np.ndarray]:
        key = (str(folder), row["scene"])
        if key not in self.scenes:
            coefficients = self.projection @ (self._vertices(row) - self.mean).ravel()
            self.scenes[key] = coefficients, area_averaged(texture_of_row(self._car(row), row), TEXTURE)
        return self.scenes[key]

    def _join(self, folders: tuple[Path, ...], limit: int | None) -> Examples:
        pictures, azimuths, elevations, owners, scenes, cars = [], [], [], [], [], []
        for folder in folders:
            renders = self._renders(folder)
            renders.refresh()
            rows, canonical = canonical_pictures(renders, self._cache(folder))
            numbers: dict[int, int] = {}
            kept = []
            for place, index in enumerate(rows):
                row = renders.rows[index]
                if row["scene"] not in numbers:
                    if limit is not None and len(numbers) == limit:
                        continue
                    numbers[row["scene"]] = len(cars)
                    scenes.append(self._scene(folder, row))
                    cars.append(row["car"])
                kept.append(place)
                azimuths.append(azimuth_in_render(self._car(row), row))
                elevations.append(row["elevation_deg"])
                owners.append(numbers[row["scene"]])
            pictures.append(canonical if len(kept) == len(rows) else canonical[kept])
        return Examples(
            pictures=pictures[0] if len(pictures) == 1 else np.concatenate(pictures),
            azimuth=np.array(azimuths, np.float32),
            elevation=np.array(elevations, np.float32),
            scene=np.array(owners),
            coefficients=np.array([scene[0] for scene in scenes], np.float32),
            textures=np.array([scene[1] for scene in scenes], np.uint8).reshape(-1, TEXTURE, TEXTURE, 3),
            cars=cars,
        )
