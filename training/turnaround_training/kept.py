"""Trained states that are kept in the tree (models/training/NAME.pt), to go on from where a run's folder has been lost.

Command ``python -m turnaround_training keep --config FILE --stage gan --out ../models/training/gan.pt``. Such a file is
a checkpoint in less room: weights in half precision, which costs nothing where activations are bfloat16 (biases,
statistics and optimisers stay as they are), and perhaps without its optimisers. `start = "../models/training/gan.pt"`
in a stage's section takes it where the run has no checkpoint.pt.
"""

from __future__ import annotations

import io
from pathlib import Path

import torch

from turnaround_training.checkpoint import read_checkpoint, write_whole
from turnaround_training.errors import StageError

MOST_MEGABYTES = 40.0
OPTIMISERS = "optimisers"
RARELY_NEEDED = {
    OPTIMISERS: "they begin anew, with a short warm-up of the rate",
    "network": "the average stands for it",
}


def keep(config: dict, stage: str, out: Path, without: tuple[str, ...] = ()) -> str:
    """Write the state of a stage's run to `out`; returns a line that says its size and what is in it.

    without: parts to leave out, "optimisers" or a name in the checkpoint. Raises StageError where there is no such run,
    or where the file would have more than MOST_MEGABYTES, with what to leave out.
    """
    section = config.get(stage, {})
    if "run" not in section:
        raise StageError(f"The config has no [{stage}] run to keep.")
    path = Path(section["run"]) / "checkpoint.pt"
    stored = read_checkpoint(path)
    if stored.get("identity", {}).get("stage") != stage:
        raise StageError(f"{path} is not a checkpoint of stage {stage}.")
    unknown = sorted(set(without) - {OPTIMISERS, *stored})
    if unknown:
        raise StageError(f"{path} has no {', '.join(unknown)}; it has {', '.join(stored)}.")
    parts = {
        name: part if _is_optimiser(name) else _halved(part)
        for name, part in stored.items()
        if name not in without and not (OPTIMISERS in without and _is_optimiser(name))
    }
    sizes = {name: _megabytes(part) for name, part in parts.items() if isinstance(part, dict) and name != "identity"}
    listed = ", ".join(f"{name} {size:.2g}" for name, size in sizes.items())
    data = _saved(parts)
    total = len(data) / 1e6
    if total > MOST_MEGABYTES:
        advice = [f"--without {name} ({said})" for name, said in RARELY_NEEDED.items() if _can_go(name, parts)]
        raise StageError(
            f"{out} would have {total:.1f} MB, more than {MOST_MEGABYTES:.0f}: {listed}. "
            f"Try {' and '.join(advice) or 'a smaller network'}."
        )
    write_whole(out, data)
    return f"{out}: {total:.1f} MB ({listed})"


def _is_optimiser(name: str) -> bool:
    return "optimiser" in name


def _can_go(name: str, parts: dict) -> bool:
    return any(map(_is_optimiser, parts)) if name == OPTIMISERS else {name, "average"} <= parts.keys()


def _halved(part: object) -> object:
    """Matrices and filters in half precision, unless one holds a number too large for it."""
    if isinstance(part, dict):
        return {key: _halved(value) for key, value in part.items()}
    if isinstance(part, torch.Tensor) and part.dtype == torch.float32 and part.ndim > 1:
        half = part.half()
        return half if torch.isfinite(half).all() else part
    return part


def _saved(content: object) -> memoryview:
    memory = io.BytesIO()
    torch.save(content, memory)
    return memory.getbuffer()


def _megabytes(part: object) -> float:
    return len(_saved(part)) / 1e6
