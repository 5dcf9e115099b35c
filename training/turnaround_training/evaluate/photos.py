"""The photos of the evaluation set (never trained on) and the engine's way from a photo to network inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import label

from turnaround_training.data.crops import CROP_SIZE
from turnaround_training.data.framing import CROP_MARGIN
from turnaround_training.errors import StageError

SEGMENTER_SIZE = 256


@dataclass(frozen=True)
class Photo:
    """picture uint8 [H,W,3], mask bool [H,W]; azimuth in degrees where it is known."""

    name: str
    picture: np.ndarray
    mask: np.ndarray
    azimuth_deg: float | None = None


def photos(folder: Path, limit: int | None) -> Iterator[Photo]:
    """Photos in the wild by name, the first ``limit`` of them."""
    paths = sorted((folder / "photos").glob("*.jpg"))
    if not paths:
        raise StageError(f"No evaluation photos in {folder / 'photos'}. Set 'evaluation' in [paths].")
    for path in paths[:limit]:
        yield _read(path, path.stem, None)


def turntable(folder: Path, cars: list[str]) -> Iterator[Photo]:
    """All views of some turntable cars; view k looks from azimuth (k - 1) * 22.5 degrees."""
    for car in cars:
        paths = sorted((folder / "turntable" / car).glob("*.jpg"))
        if not paths:
            where = folder / "turntable" / car
            raise StageError(f"No views in {where}. Correct 'cars' in [evaluate] or 'evaluation' in [paths].")
        for path in paths:
            yield _read(path, f"{car}/{path.stem}", (int(path.stem) - 1) * 22.5)


def _read(path: Path, name: str, azimuth_deg: float | None) -> Photo:
    picture = np.asarray(Image.open(path).convert("RGB"))
    mask = np.asarray(Image.open(path.with_suffix(".png")).convert("L").resize(picture.shape[1::-1])) >= 128
    return Photo(name, picture, mask, azimuth_deg)


def letterbox(picture: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Segmenter input [1,3,256,256] and the (height, width) of the scaled photo in its top left corner."""
    height, width = picture.shape[:2]
    scale = SEGMENTER_SIZE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.full((SEGMENTER_SIZE, SEGMENTER_SIZE, 3), 0.5, np.float32)
    canvas[: size[1], : size[0]] = np.asarray(Image.fromarray(picture).resize(size, Image.BILINEAR), np.float32) / 255
    return canvas.transpose(2, 0, 1)[None], (size[1], size[0])


def mask_to_photo(probability: np.ndarray, used: tuple[int, int], shape: tuple[int, int]) -> np.ndarray:
    """Segmenter output [1,1,256,256] as a mask bool [H,W] of the photo's size."""
    image = Image.fromarray(probability[0, 0, : used[0], : used[1]])
    return np.asarray(image.resize((shape[1], shape[0]), Image.BILINEAR)) >= 0.5


def largest_piece(mask: np.ndarray) -> np.ndarray:
    """The largest connected piece of a mask; the mask itself where it is empty."""
    pieces, count = label(mask)
    if count <= 1:
        return mask
    return pieces == 1 + np.argmax(np.bincount(pieces.reshape(-1))[1:])


def encoder_crop(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Encoder input [1,5,128,128]: square about the mask's box, side 1.2 x its longer side."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        rows, columns = np.arange(mask.shape[0]), np.arange(mask.shape[1])
    centre = (columns[0] + columns[-1] + 1) / 2, (rows[0] + rows[-1] + 1) / 2
    half = CROP_MARGIN * max(columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1) / 2
    margin = int(np.ceil(2 * half)) + 1
    planes = np.concatenate((picture, np.where(mask, 255, 0).astype(np.uint8)[..., None]), -1)
    padded = np.pad(planes, ((margin, margin), (margin, margin), (0, 0)))
    inside = np.pad(np.full(mask.shape, 255, np.uint8), margin)
    box = tuple(margin + value for value in (centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half))

    def cut(array: np.ndarray) -> np.ndarray:
        mode = "CMYK" if array.ndim == 3 else "L"  # four channels alike; as RGBA colours would be multiplied by alpha
        resized = Image.fromarray(array, mode).resize((CROP_SIZE, CROP_SIZE), Image.BILINEAR, box=box)
        return np.asarray(resized, np.float32) / 255

    colour, valid = cut(padded), (cut(inside) > 0.5).astype(np.float32)
    shown = colour[..., 3] * valid
    crop = np.concatenate((colour[..., :3] * shown[..., None], shown[..., None], valid[..., None]), -1)
    return crop.transpose(2, 0, 1)[None].astype(np.float32)
