"""Sample sheets of the report: columns of pictures under their names, as one JPEG."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turnaround_training.gan.sheet import tiled

TILE = 256
GAP = 2
"""White pixels around every picture."""
HEADER = 26
TEXT_SCALE = 2
MOST_BYTES = 250_000
QUALITIES = (85, 75, 65, 55, 45, 35)


@dataclass(frozen=True)
class Sheet:
    """name: of its file, without ending; caption: what rows and columns are; picture uint8 [H,W,3]."""

    name: str
    caption: str
    picture: np.ndarray

    def jpeg(self) -> bytes:
        """The picture at the first of QUALITIES that takes at most MOST_BYTES, else at the last."""
        for quality in QUALITIES:
            memory = io.BytesIO()
            Image.fromarray(self.picture).save(memory, "JPEG", quality=quality)
            if memory.tell() <= MOST_BYTES:
                break
        return memory.getvalue()


def file_name(*parts: str) -> str:
    """A sheet's name from words of any kind: lower case, joined by hyphens."""
    return "-".join(re.findall(r"\w+", " ".join(parts).lower().replace("'", "")))


def grid(columns: Mapping[str, np.ndarray], tile: int = TILE) -> np.ndarray:
    """Columns by name, each pictures uint8 [R,S,S,3] of a size of its own -> uint8 [H,W,3].

    Pictures are shown at `tile` px, resampled bilinearly, with GAP around; names stand in a HEADER above.
    """
    margins = ((0, 0), (0, 0), (GAP, GAP), (GAP, GAP), (0, 0))
    tiles = np.stack([resized(pictures, tile) for pictures in columns.values()], 1)
    padded = np.pad(tiles, margins, constant_values=255)
    names = np.concatenate([_written(name, tile + 2 * GAP) for name in columns], 1)
    return np.concatenate([names, tiled(padded.reshape(-1, *padded.shape[2:]), len(columns))])


def resized(pictures: np.ndarray, size: int) -> np.ndarray:
    """Pictures uint8 [N,S,S,3] at another size, resampled bilinearly."""
    if pictures.shape[1] == size:
        return pictures
    return np.stack([np.asarray(Image.fromarray(one).resize((size, size), Image.BILINEAR)) for one in pictures])


def _written(name: str, width: int) -> np.ndarray:
    """uint8 [HEADER,width,3]: a name in black on white, small where it is long; the font knows Latin-1 alone."""
    text, font = name.encode("latin-1", "replace").decode("latin-1"), ImageFont.load_default()
    small = Image.new("RGB", (int(font.getlength(text)) + 4, HEADER // TEXT_SCALE), "white")
    ImageDraw.Draw(small).text((2, 1), text, fill="black", font=font)
    scale = min(TEXT_SCALE, width / small.width)
    strip = Image.new("RGB", (width, HEADER), "white")
    strip.paste(small.resize((int(small.width * scale), max(1, int(small.height * scale))), Image.BICUBIC))
    return np.asarray(strip)
