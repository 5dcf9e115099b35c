"""Checkpoints that survive crashes, full disks and other configurations.

A checkpoint carries an identity: what it can't be used without (stage, template, sizes of the networks) and
the configuration it was made by. Loading compares the identity and refuses another one by naming what differs.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import torch

from turnaround_training.errors import StageError, disk_is_full
from turnaround_training.export.manifest import sha256_of

Identity = dict[str, object]
"""Plain values by name, compared one by one."""


def identity_of(stage: str, template: Path | None = None, **sizes: object) -> Identity:
    """Identity of a stage's checkpoints; template: file whose SHA-256 belongs to it, sizes: plain values."""
    identity: Identity = {"stage": stage, **sizes}
    if template is not None:
        if not template.is_file():
            raise StageError(f"{template} is missing. Run the template stage first.")
        identity["template"] = sha256_of(template)
    return identity


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file at once: after a crash or a full disk there is the old file or the new one, never half of one.

    Raises StageError when the disk is full.
    """
    temporary = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if disk_is_full(error):
            raise StageError(
                f"The disk is full: {path} was not written, the one before it is intact. Free space and run again."
            ) from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def save_checkpoint(path: Path, identity: Identity, content: dict) -> None:
    """Write content (what torch.save takes) with its identity, at once; tensors are stored as the CPU's.

    Raises StageError when the disk is full.
    """
    memory = io.BytesIO()
    torch.save(_on_cpu({**content, "identity": identity}), memory)
    write_whole(path, memory.getbuffer())


def _on_cpu(content: object) -> object:
    if isinstance(content, torch.Tensor):
        return content.cpu()
    if isinstance(content, dict):
        return {key: _on_cpu(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return type(content)(_on_cpu(value) for value in content)
    return content


def read_checkpoint(path: Path) -> dict:
    """A checkpoint of any configuration. Raises StageError where there is none or where it can't be read."""
    if not path.exists():
        raise StageError(f"No checkpoint at {path}. Run the training stage first.")
    try:
        return torch.load(path, map_location="cpu")
    except Exception as error:
        raise StageError(f"{path} can't be read ({error}). Move it away to start anew.") from None


def load_checkpoint(path: Path, identity: Identity) -> dict:
    """Read a checkpoint. Raises StageError where there is none, where it can't be read, or where it belongs elsewhere.

    Checkpoints from before identities were kept are taken as this configuration's, and said to be.
    """
    stored = read_checkpoint(path)
    known = stored.get("identity") if isinstance(stored, dict) else None
    if known is None:
        print(f"{path}: holds no configuration (written by an earlier version); taken as this one's.", flush=True)
        return stored
    differing = [
        f"{name} {known.get(name, 'not set')!s:.60} instead of {identity.get(name, 'not set')!s:.60}"
        for name in sorted({*known, *identity})
        if known.get(name) != identity.get(name)
    ]
    if differing:
        raise StageError(
            f"{path} was made by another configuration: {'; '.join(differing)}. "
            "Use that configuration, give this one another run folder, or move the checkpoint away."
        )
    return stored


def load_weights(network: torch.nn.Module, weights: dict, path: Path) -> None:
    """Put stored weights into a network; raises StageError where names or shapes are another network's."""
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        first = str(error).strip().splitlines()
        raise StageError(
            f"{path} was made by another configuration: {' '.join(line.strip() for line in first[1:3])} "
            "Use that configuration, or give this one another run folder."
        ) from None
