"""The pictures that f learns from, of one or more folders: the same cars from several sides, with starting cameras."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from turnaround_training.data.renders import read_folder
from turnaround_training.errors import StageError
from turnaround_training.inverse.settings import Source
from turnaround_training.template.registered import RegisteredCar
from turnaround_training.template.shapes import azimuth_in_render

AZIMUTH_LABELS = 12
CANONICAL_DISTANCE, CANONICAL_FOV_DEG = 2.4, 30.0
BINNED_STEP_DEG = 10.0
CAMERA_NUMBERS = 7
"""azimuth, elevation, roll (radians), log distance (L), log tan(fov/2), offset right and down (of the picture)"""


@dataclass(frozen=True)
class Cameras:
    """Starting cameras float32 [C,CAMERA_NUMBERS]; unknown bool [C]: those to be found."""

    start: np.ndarray
    unknown: np.ndarray


@dataclass(frozen=True)
class Folder:
    """Pictures uint8 [M,S,S,4] of a file and, of each of the N that are used: its place in the file, its index row and
    its camera; cars: for each car the used pictures (0..N-1) that show it."""

    pictures: np.ndarray
    place: np.ndarray
    rows: list[dict]
    camera: np.ndarray
    cars: list[np.ndarray]
    share: float

    def picture(self, number: int) -> np.ndarray:
        """uint8 [S,S,4] of a used picture: sRGB and coverage of the car."""
        return self.pictures[self.place[number]]


@dataclass(frozen=True)
class Views:
    """Folders joined; their cameras are numbered through."""

    folders: list[Folder]
    cameras: Cameras

    def car_names(self) -> set[str]:
        """Cars that the index rows name."""
        return {row["car"] for folder in self.folders for row in folder.rows if "car" in row}

    def shows_nameless(self) -> bool:
        """Whether there are pictures of generated cars, which have no name."""
        return any("car" not in row for folder in self.folders for row in folder.rows)


def read_views(
    sources: Iterable[Source], elevation_deg: float, least: int, registered: dict[str, RegisteredCar],
    exclude: Iterable[str],
) -> Views:
    """Read all folders. Cars in fewer than ``least`` pictures are left out, and the cars in ``exclude``.

    Raises StageError that names a folder with held-out cars, without usable pictures or with wrong rows.
    """
    folders, tables, first, excluded = [], [], 0, set(exclude)
    for source in sources:
        pictures, rows = read_folder(source.folder)
        if any(row.get("held_out") for row in rows):
            raise StageError(f"{source.folder} shows held-out cars. Take it out of [[inverse.sources]].")
        used = [place for place, row in enumerate(rows) if _is_used(row, source, excluded)]
        if not used:
            raise StageError(f"{source.folder} holds no picture that can be used with cameras = {source.cameras!r}.")
        rows = [rows[place] for place in used]
        table, camera = cameras_of(rows, source, elevation_deg, registered)
        scenes, scene = np.unique([row["scene"] for row in rows], return_inverse=True)
        of_scenes = (np.flatnonzero(scene == number) for number in range(len(scenes)))
        cars = [members for members in of_scenes if len(members) >= least]
        if not cars:
            raise StageError(f"{source.folder} shows no car in {least} or more pictures.")
        folders.append(Folder(pictures, np.array(used), rows, camera + first, cars, source.share))
        tables.append(table)
        first += len(table.start)
    start, unknown = (np.concatenate([getattr(table, name) for table in tables]) for name in ("start", "unknown"))
    return Views(folders, Cameras(start, unknown))


def _is_used(row: dict, source: Source, excluded: set[str]) -> bool:
    return row.get("car") not in excluded and (source.cameras != "binned" or row["canonical"])


def cameras_of(
    rows: list[dict], source: Source, elevation_deg: float, registered: dict[str, RegisteredCar]
) -> tuple[Cameras, np.ndarray]:
    """A source's cameras and which of them each row was drawn with, int [N]."""
    if source.cameras == "true":
        start = np.array([_true_camera(row, registered) for row in rows], np.float32)
        return Cameras(start, np.zeros(len(rows), bool)), np.arange(len(rows))
    codes, bins = zip(*(_code_and_bin(row, source) for row in rows), strict=True)
    known, first, camera = np.unique(codes, return_index=True, return_inverse=True)
    labels = np.array(bins)[first]
    if (labels[camera] != np.array(bins)).any():
        code = known[camera[np.flatnonzero(labels[camera] != np.array(bins))[0]]]
        raise StageError(f"{source.folder}: view_code {code} has more than one azimuth_bin.")
    start = np.zeros((len(known), CAMERA_NUMBERS), np.float32)
    start[:, 0] = 2 * math.pi / AZIMUTH_LABELS * labels
    start[:, 1] = math.radians(elevation_deg)
    start[:, 3:5] = math.log(CANONICAL_DISTANCE), math.log(math.tan(math.radians(CANONICAL_FOV_DEG / 2)))
    return Cameras(start, np.ones(len(known), bool)), camera


def _code_and_bin(row: dict, source: Source) -> tuple[int, int]:
    if source.cameras == "binned":
        turn = round(row["azimuth_deg"] / BINNED_STEP_DEG) % round(360 / BINNED_STEP_DEG)
        code = turn * 100 + round(row["elevation_deg"] / BINNED_STEP_DEG)
        return code, round(turn * BINNED_STEP_DEG * AZIMUTH_LABELS / 360) % AZIMUTH_LABELS
    try:
        code, label = int(row["view_code"]), int(row["azimuth_bin"])
    except (KeyError, TypeError, ValueError):
        raise StageError(
            f"{source.folder}: a row of index.jsonl has no view_code and azimuth_bin. Is it a folder of stage "
            "multiview?"
        ) from None
    if not 0 <= label < AZIMUTH_LABELS:
        raise StageError(f"{source.folder}: azimuth_bin {label} is not 0..{AZIMUTH_LABELS - 1}.")
    return code, label


def _true_camera(row: dict, registered: dict[str, RegisteredCar]) -> list[float]:
    if row["car"] not in registered:
        raise StageError(f"Car {row['car']} has renders but no registered shape. Run the template stage.")
    return [
        math.radians(azimuth_in_render(registered[row["car"]], row)), math.radians(row["elevation_deg"]),
        math.radians(row["roll_deg"]), math.log(row["distance"]),
        math.log(math.tan(math.radians(row["fov_deg"] / 2))), 0.0, 0.0,
    ]
