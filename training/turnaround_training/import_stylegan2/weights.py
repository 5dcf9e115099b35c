"""Finds the generator's state dict in a file, whatever it is wrapped in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from turnaround_training.errors import StageError
from turnaround_training.import_stylegan2.restricted import read_pickle

MARK = "synthesis.b4.const"
EXTRACTION = (
    "In a checkout of stylegan2-ada-pytorch: python -c \"import pickle, torch; "
    "torch.save(pickle.load(open('network.pkl', 'rb'))['G_ema'].state_dict(), 'network.pt')\""
)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """float32 tensors by their names from 'synthesis.' and 'mapping.' on.

    Raises StageError where the file can't be read, or holds no generator of that layout.
    """
    if not path.is_file():
        raise StageError(f"No checkpoint at {path}.")
    flat = _flat(_read(path))
    mark = next((name for name in flat if name.endswith(MARK) and "G_ema" in name), None)
    mark = mark or next((name for name in flat if name.endswith(MARK)), None)
    if mark is None:
        some = ", ".join(list(flat)[:3]) or "nothing"
        raise StageError(
            f"{path} holds no StyleGAN2 generator in the layout of stylegan2-ada-pytorch ({MARK}); it holds {some}. "
            f"{EXTRACTION}"
        )
    prefix = mark.removesuffix(MARK)
    return {
        name.removeprefix(prefix): tensor.float() for name, tensor in flat.items() if name.startswith(prefix)
    }


def _read(path: Path) -> dict:
    kind = path.suffix.lower()
    if kind == ".pkl":
        return read_pickle(path)
    try:
        if kind == ".npz":
            with np.load(path, allow_pickle=False) as data:
                return {name: torch.from_numpy(np.array(data[name])) for name in data.files}
        if kind == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise StageError(f"{path} can't be read as {kind or 'a state dict'}: {error}. {EXTRACTION}") from None


def _flat(content: object, prefix: str = "") -> dict[str, torch.Tensor]:
    """Nested dictionaries of tensors as one, names joined by dots."""
    if isinstance(content, torch.Tensor):
        return {prefix.removesuffix("."): content}
    if not isinstance(content, dict):
        return {}
    flat: dict[str, torch.Tensor] = {}
    for name, value in content.items():
        flat |= _flat(value, f"{prefix}{name}.")
    return flat
