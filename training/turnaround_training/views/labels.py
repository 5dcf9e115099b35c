"""The labels of the viewpoint codes as a file that a person can check and mend."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from turnaround_training.checkpoint import write_whole
from turnaround_training.errors import StageError
from turnaround_training.views.settings import BIN_DEG, BINS

NAMES = ("front", "", "", "its left", "", "", "rear", "", "", "its right", "", "")


def bin_name(number: int) -> str:
    """What a person reads on the sheet, e.g. "bin 3 (90 deg, its left)"."""
    where = f", {NAMES[number]}" if NAMES[number] else ""
    return f"bin {number} ({number * BIN_DEG:.0f} deg{where})"


def write_labels(path: Path, bins: np.ndarray) -> None:
    """Write {"code": bin}; -1 stands for a code that shows no single viewpoint and is left out."""
    lines = ",\n".join(f'  "{code}": {int(number)}' for code, number in enumerate(bins))
    write_whole(path, f"{{\n{lines}\n}}\n".encode())


def read_labels(path: Path, count: int) -> np.ndarray:
    """Bins int [count], -1 for codes to leave out; raises StageError that names a wrong code, or where none is left."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StageError(f"No labels at {path}. Copy labels.json of the views' folder and mend it.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise StageError(f"{path} is no JSON: {error}.") from None
    wanted = [str(code) for code in range(count)]
    if not isinstance(stored, dict) or sorted(stored) != sorted(wanted):
        raise StageError(f"{path} must give a bin for each of the codes 0 to {count - 1}, as labels.json does.")
    for code, number in stored.items():
        if type(number) is not int or not -1 <= number < BINS:
            raise StageError(
                f"{path}: code {code} has bin {number!r}; bins are 0 to {BINS - 1}, or -1 to leave it out."
            )
    if all(number < 0 for number in stored.values()):
        raise StageError(f"All viewpoint codes are left out by {path}. Mend it, or run the views stage again.")
    return np.array([stored[code] for code in wanted], int)
