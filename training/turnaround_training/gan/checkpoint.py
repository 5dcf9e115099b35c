"""Checkpoints that are whole or not there: written beside the old one, then renamed."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import torch

from turnaround_training.errors import StageError


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Replace the checkpoint at `path`; where the disk is full raises StageError and leaves the old one."""
    memory = io.BytesIO()
    torch.save(state, memory)
    temporary = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(memory.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StageError(f"{path} can't be written ({error.strerror}); the checkpoint before it is intact. Free space.") from None


def read_checkpoint(path: Path, expected: dict[str, Any]) -> dict[str, Any]:
    """Read a checkpoint; raises StageError where it is broken or its "architecture" is not `expected`."""
    try:
        state = torch.load(path, map_location="cpu")
        stored = state["architecture"]
    except FileNotFoundError:
        raise StageError(f"No checkpoint at {path}. Run the stage that trains it first.") from None
    except Exception as error:
        raise StageError(f"{path} is no checkpoint of this stage ({error}). Move it away or name another run.") from None
    if stored != expected:
        names = sorted(set(stored) | set(expected))
        differing = ", ".join(
            f"{name} {stored.get(name)} there, {expected.get(name)} in the config"
            for name in names if stored.get(name) != expected.get(name)
        )
        raise StageError(f"{path} belongs to another configuration: {differing}. Name another run or mend the config.")
    return state
