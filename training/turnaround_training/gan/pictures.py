"""The pictures a GAN learns from: colours only, decoded once and kept in one file of bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from turnaround_training.data.area import area_averaged
from turnaround_training.data.renders import EXCLUDED, RenderSet
from turnaround_training.errors import StageError
from turnaround_training.processes import Share, is_first

KINDS = (".png", ".jpg", ".jpeg", ".webp")


class Renders:
    """Canonical pictures of a folder of the render stage, in the order they were drawn."""

    def __init__(self, folder: Path, exclude: tuple[str, ...]) -> None:
        self._set = RenderSet(folder, exclude)
        self._rows = np.flatnonzero(self._set.canonical)
        if len(self._rows) == 0:
            raise StageError(f"{folder} holds no canonical picture yet. Wait for the render stage.")
        self.cars = self._set.cars()

    def __len__(self) -> int:
        return len(self._rows)

    def picture(self, number: int) -> np.ndarray:
        """uint8 [S,S,3]."""
        return self._set.pictures[self._rows[number], :, :, :3]


class Files:
    """Image files of a folder, by name; all must be squares of one size."""

    cars: list[str] = []

    def __init__(self, folder: Path) -> None:
        self._paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS)
        if not self._paths:
            kinds = ", ".join(KINDS)
            raise StageError(f"{folder} holds neither renders nor pictures ({kinds}). Run the render stage first.")
        self._side = self._read(0).shape[0]

    def __len__(self) -> int:
        return len(self._paths)

    def _read(self, number: int) -> np.ndarray:
        try:
            with Image.open(self._paths[number]) as file:
                return np.asarray(file.convert("RGB"))
        except OSError as error:
            raise StageError(f"{self._paths[number]} can't be read as a picture: {error}. Remove it.") from None

    def picture(self, number: int) -> np.ndarray:
        """uint8 [S,S,3]; raises StageError where a picture is no square or not of the first one's size."""
        picture = self._read(number)
        if picture.shape != (self._side, self._side, 3):
            height, width = picture.shape[:2]
            raise StageError(
                f"{self._paths[number]} is {width}x{height} pixels where the first picture is {self._side} wide and "
                f"all must be squares of one size. Crop or remove it."
            )
        return picture


def open_folder(folder: Path, exclude: tuple[str, ...]) -> Renders | Files:
    """A folder of renders or of image files; raises StageError where it is neither."""
    if not folder.is_dir():
        raise StageError(f"No folder of pictures at {folder}. Run the render stage first.")
    return Renders(folder, exclude) if (folder / "pictures.u8").exists() else Files(folder)


class Pictures:
    """uint8 [P,size,size,3], memory-mapped from files in `cache`; what was drawn since they were written is appended.

    `cars` names the cars that renders show; renders of the cars in `exclude` are left out.
    """

    def __init__(self, folders: tuple[Path, ...], size: int, cache: Path, exclude: tuple[str, ...] = EXCLUDED) -> None:
        if not folders:
            raise StageError('[gan] needs pictures = ["folder of renders or image files"].')
        self.size, self._cache, self._exclude = size, cache, exclude
        self.cars: set[str] = set()
        self._parts = [self._decoded(number, folder) for number, folder in enumerate(folders)]

    def _decoded(self, number: int, folder: Path) -> np.ndarray:
        source = open_folder(folder, self._exclude)
        self.cars |= set(source.cars)
        side = source.picture(0).shape[0]
        if side % self.size:
            raise StageError(f"Pictures in {folder} are {side} px; they must be a multiple of {self.size} px.")
        self._cache.mkdir(parents=True, exist_ok=True)
        without = "-".join(["", *sorted(self._exclude)])
        path, length = self._cache / f"{number}-{folder.name}-{self.size}{without}.u8", self.size * self.size * 3
        # Renders only grow; image files may have changed, so the first process decodes them anew and others take those.
        kept = path.exists() and (isinstance(source, Renders) or not is_first())
        done = min(path.stat().st_size // length, len(source)) if kept else 0
        with path.open("r+b" if kept else "w+b") as file:
            file.seek(done * length)
            for index in range(done, len(source)):
                file.write(area_averaged(source.picture(index), self.size).tobytes())
        return np.memmap(path, np.uint8, "r", shape=(len(source), self.size, self.size, 3))

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def fetch(self, rows: np.ndarray, size: int) -> torch.Tensor:
        """Pictures of these rows as float32 [N,3,size,size] in -1..1, area-averaged."""
        starts = np.cumsum([0] + [len(part) for part in self._parts])
        owner = np.searchsorted(starts, rows, side="right") - 1
        stack = np.stack([self._parts[o][row - starts[o]] for row, o in zip(rows, owner, strict=True)])
        pictures = torch.from_numpy(stack).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        return torch.nn.functional.avg_pool2d(pictures, self.size // size) if size < self.size else pictures

    def random(self, count: int, size: int, random: np.random.Generator, share: Share | None = None) -> torch.Tensor:
        """Random pictures float32 [count,3,size,size] in -1..1, or a share of them; each is mirrored or not."""
        share = share or Share(count)
        rows, mirrored = random.integers(0, len(self), count), random.random(count) < 0.5
        pictures = self.fetch(share.of(rows), size)
        mirror = torch.from_numpy(share.of(mirrored))[:, None, None, None]
        return torch.where(mirror, pictures.flip(3), pictures)
