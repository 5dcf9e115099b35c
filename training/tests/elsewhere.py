"""A device that is not the CPU, for machines that have no other: it computes there all the same, but its tensors mix
with the CPU's no more than CUDA's do, and numpy can't look into them. It goes by the name of PyTorch's "meta" device.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

ELSEWHERE = torch.device("meta")
COPIES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
VALUES = (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default)


class Far(torch.Tensor):
    """Says that it is elsewhere; `near` has its numbers."""

    @staticmethod
    def __new__(cls, near: torch.Tensor) -> "Far":
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            near.size(),
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            device=ELSEWHERE,
        )
        made.near = near
        return made

    def __init__(self, near: torch.Tensor) -> None:
        super().__init__()

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return dispatched(operation, args, kwargs or {})


def dispatched(operation, args, kwargs):
    """Compute on what is near; refuse to mix (numbers without dimensions may, as on CUDA)."""
    tensors = [value for value in tree_flatten((args, kwargs))[0] if isinstance(value, torch.Tensor)]
    far = [value for value in tensors if isinstance(value, Far)]
    if far and operation not in COPIES:
        mixed = [tuple(value.shape) for value in tensors if not isinstance(value, Far) and value.ndim]
        assert not mixed, (
            f"{operation}: tensors of the CPU {mixed} among {[tuple(value.shape) for value in far]} of elsewhere"
        )
    wanted = kwargs.get("device")
    wanted = None if wanted is None else torch.device(wanted)
    near_args, near_kwargs = tree_map(lambda value: value.near if isinstance(value, Far) else value, (args, kwargs))
    near_args = [_as_declared(*pair) for pair in zip(near_args, operation._schema.arguments)]
    if wanted is not None:
        near_kwargs = {**near_kwargs, "device": torch.device("cpu")}
    result = operation(*near_args, **near_kwargs)
    if operation in VALUES:
        return result
    elsewhere = bool(far) if wanted is None else wanted.type == ELSEWHERE.type
    if operation is torch.ops.aten.copy_.default:
        return args[0]
    known = {id(value.near): value for value in far}

    def placed(value):
        if not isinstance(value, torch.Tensor) or isinstance(value, Far):
            return value
        if elsewhere:
            return known[id(value)] if id(value) in known else Far(value)
        return value

    return tree_map(placed, result)


def _as_declared(value, argument):
    """PyTorch 1.13 hands numbers among tensors over as plain numbers, and won't take them back as such."""
    return torch.tensor(value) if isinstance(value, bool | int | float) and str(argument.type) == "Tensor" else value


class _Mode(TorchDispatchMode):
    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        return dispatched(operation, args, kwargs or {})


@contextmanager
def elsewhere(patch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """Inside, stages choose this device."""
    patch.setenv("TURNAROUND_DEVICE", ELSEWHERE.type)
    with _Mode():
        yield ELSEWHERE
