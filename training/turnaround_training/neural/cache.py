"""Pictures of a growing folder of renders at 128 px, kept in a file so that a restart is quick."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from turnaround_training.data.renders import RenderSet
from turnaround_training.neural.examples import SIZE

BYTES = SIZE * SIZE * 4


def halved(picture: np.ndarray) -> np.ndarray:
    """uint8 [256,256,4] -> [128,128,4], area average."""
    sums = picture.reshape(SIZE, 2, SIZE, 2, 4).sum(axis=(1, 3), dtype=np.uint16)
    return ((sums + 2) // 4).astype(np.uint8)


def canonical_pictures(renders: RenderSet, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Canonical rows of the renders [P] and their pictures uint8 [P,128,128,4] (memory-mapped).

    The file at `path` holds one record per canonical row in the renders' order; what is missing is appended.
    """
    rows = np.flatnonzero(renders.canonical)
    path.parent.mkdir(parents=True, exist_ok=True)
    done = path.stat().st_size // BYTES if path.exists() else 0
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(done * BYTES)
        for row in rows[done:]:
            file.write(halved(renders.pictures[row]).tobytes())
    return rows, np.memmap(path, np.uint8, "r", shape=(len(rows), SIZE, SIZE, 4))
