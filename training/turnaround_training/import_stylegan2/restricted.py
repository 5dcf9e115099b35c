"""Reads the tensors out of a stylegan2-ada-pytorch .pkl without running any of the code that it names.

A pickle is a program: its classes and functions are looked up by name and called. Here only what rebuilds
tensors and plain containers is looked up; every other name becomes an inert stand-in that keeps what it is given.
Modules pickled by that repository rebuild themselves from a dict whose "state" is the module's __dict__.
"""

from __future__ import annotations

import collections
import io
import pickle
from pathlib import Path

import numpy as np
import torch

from turnaround_training.errors import StageError


class StandIn:
    """Takes the place of any class or function that is not looked up."""

    def __init__(self, *given: object, **named: object) -> None:
        self.given = given
        self.state: object = named

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __setitem__(self, key: object, value: object) -> None:
        """Dictionaries of foreign classes are filled item by item."""
        self.state[key] = value

    def append(self, _: object) -> None:
        """Lists of foreign classes carry nothing that is needed."""

    def extend(self, _: object) -> None:
        """As append."""


def _storage(data: bytes) -> object:
    return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


ALLOWED: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    ("torch.storage", "_load_from_bytes"): _storage,
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
    ("dnnlib.util", "EasyDict"): dict,
    ("builtins", "set"): set,
}


class RestrictedUnpickler(pickle.Unpickler):
    """Looks up ALLOWED names only."""

    def find_class(self, module: str, name: str) -> object:
        """The allowed object, or a stand-in of its own for the name."""
        return ALLOWED.get((module, name)) or type(name, (StandIn,), {})


def read_pickle(path: Path) -> dict[str, torch.Tensor]:
    """State dict of the pickle's G_ema. Raises StageError where it is no such pickle."""
    try:
        with path.open("rb") as file:
            content = RestrictedUnpickler(file).load()
    except (
        pickle.UnpicklingError,
        EOFError,
        AttributeError,
        TypeError,
        ValueError,
        IndexError,
        KeyError,
        RuntimeError,
    ) as error:
        raise StageError(f"{path} can't be read as a pickle of stylegan2-ada-pytorch: {error}.") from None
    module = content.get("G_ema") if isinstance(content, dict) else None
    if module is None:
        raise StageError(f"{path} holds no G_ema. Give a network pickle of stylegan2-ada-pytorch, or a state dict.")
    tensors: dict[str, torch.Tensor] = {}
    _collect(module, "", tensors)
    return tensors


def _state_of(module: object) -> dict:
    """The __dict__ of a pickled module: a foreign module's state, or that inside the repository's own wrapping."""
    state = module.state if isinstance(module, StandIn) else module
    if isinstance(module, StandIn) and module.given and isinstance(module.given[0], dict):
        state = module.given[0].get("state", state)
    return state if isinstance(state, dict) else {}


def _collect(module: object, prefix: str, tensors: dict[str, torch.Tensor]) -> None:
    state = _state_of(module)
    for kind in ("_parameters", "_buffers"):
        for name, value in (state.get(kind) or {}).items():
            if isinstance(value, torch.Tensor):
                tensors[prefix + name] = value.detach()
    for name, child in (state.get("_modules") or {}).items():
        _collect(child, f"{prefix}{name}.", tensors)
