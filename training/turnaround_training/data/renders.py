"""Reader of a folder of renders: pictures.u8 (raw [N,256,256,4]) and index.jsonl (one row a picture)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from turnaround_training.errors import StageError

PICTURE_SIZE = 256
EXCLUDED = ("vdrift-sv",)
"""Cars that no training sees unless a config says otherwise: vdrift-sv is CC BY-NC-SA 2.0 by its own credit. Models of
the first generation, and the template, have seen it: their credits say so."""
SIZE_FILE = "picture-size.json"


def picture_size(folder: Path) -> int:
    """Side in pixels of a folder's pictures; folders from before sizes were noted hold PICTURE_SIZE."""
    path = folder / SIZE_FILE
    return int(json.loads(path.read_text("utf-8"))) if path.exists() else PICTURE_SIZE


def read_folder(folder: Path) -> tuple[np.ndarray, list[dict]]:
    """What is complete of a folder's pictures uint8 [N,S,S,4] (memory-mapped) and their index rows.

    Safe while a stage appends. Raises StageError where there is no such folder, or nothing complete in it.
    """
    pictures, index = folder / "pictures.u8", folder / "index.jsonl"
    if not pictures.exists() or not index.exists():
        raise StageError(f"No renders in {folder}. Run the stage that makes them (multiview or render).")
    size = picture_size(folder)
    with index.open(encoding="utf-8") as file:
        lines = [line for line in file if line.endswith("\n")]
    count = min(len(lines), pictures.stat().st_size // (4 * size * size))
    if count == 0:
        raise StageError(f"{folder} holds no complete picture yet. Wait for the stage that makes them.")
    rows = [json.loads(line) for line in lines[:count]]
    return np.memmap(pictures, np.uint8, "r", shape=(count, size, size, 4)), rows


class Chosen:
    """Some records of an array (memory-mapped): indexed like the array of these records alone."""

    def __init__(self, records: np.ndarray, chosen: np.ndarray):
        self.records = records
        self.chosen = chosen
        self.shape = (len(chosen), *records.shape[1:])

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, key: object) -> np.ndarray:
        first, *others = key if isinstance(key, tuple) else (key,)
        return self.records[(self.chosen[first], *others)]


class RenderSet:
    """Pictures and labels of one folder of renders, memory-mapped; safe while a renderer appends.

    ``pictures`` is uint8 [N,256,256,4] (sRGB of the scene, car coverage); ``rows`` are the index entries. The label
    arrays [N,...] are float32 in radians and car lengths. Pictures of the cars in ``exclude`` are left out as if they
    had never been drawn.
    """

    def __init__(self, folder: Path, exclude: Iterable[str] = EXCLUDED):
        self.folder = Path(folder)
        self.exclude = frozenset(exclude)
        self.refresh()

    def refresh(self) -> int:
        """Read what has been appended since; returns the number of pictures."""
        whole, rows = read_folder(self.folder)
        size = whole.shape[1]
        if size != PICTURE_SIZE:
            raise StageError(
                f"{self.folder} holds pictures of {size} px; training needs {PICTURE_SIZE}. "
                f"Render them with size = {PICTURE_SIZE}."
            )
        chosen = np.array([number for number, row in enumerate(rows) if row["car"] not in self.exclude], np.int64)
        count = len(chosen)
        if count == 0:
            raise StageError(f"{self.folder} holds no complete picture of a car that is not excluded. Exclude fewer.")
        self.rows: list[dict] = [rows[number] for number in chosen]
        self.pictures = Chosen(whole, chosen)
        self.azimuth = self._angles("azimuth_deg")
        self.elevation = self._angles("elevation_deg")
        self.roll = self._angles("roll_deg")
        self.distance = self._column("distance")
        self.tan_half_fov = np.tan(self._angles("fov_deg") / 2).astype(np.float32)
        self.target = self._column("target")
        self.light = self._column("light").reshape(count, 9, 3)
        self.scene = np.array([row["scene"] for row in self.rows], np.int64)
        self.canonical = np.array([row["canonical"] for row in self.rows], bool)
        return count

    def __len__(self) -> int:
        return len(self.rows)

    def cars(self) -> list[str]:
        """Identifiers of all cars in the folder, sorted."""
        return sorted({row["car"] for row in self.rows})

    def environments(self) -> list[str]:
        """Names of all environment maps in the folder, sorted."""
        return sorted({row["environment"] for row in self.rows})

    def _column(self, name: str) -> np.ndarray:
        return np.array([row[name] for row in self.rows], np.float32)

    def _angles(self, name: str) -> np.ndarray:
        return np.deg2rad(self._column(name)).astype(np.float32)
