"""What several processes do together with tensors. Each function is nothing, or the value itself, for a process alone.

Gradients are averaged in flat pieces after backward, not by DistributedDataParallel: a GAN's step has several backward
passes, one of them through a gradient, with one of two networks frozen, and the stages call parts of networks on their
own, all of which DistributedDataParallel's hooks do not allow. What it would gain, sending while backward computes, is
little for networks of a few million weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, distributed
from torch.nn.modules.batchnorm import _BatchNorm

from turnaround_training.errors import StageError
from turnaround_training.processes import is_first, joined

PIECE = 16_000_000
"""Numbers sent at once."""


@contextmanager
def _with_all() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise StageError(
            f"Another process of this run has ended ({reason:.100}); the last checkpoint is intact. Run the same "
            "command again."
        ) from error


def _in_pieces(tensors: Iterable[Tensor], send: Callable[[Tensor], None]) -> None:
    """Send tensors of one device, those of one type in one row."""
    pieces: dict[torch.dtype, list[Tensor]] = {}
    for tensor in tensors:
        piece = pieces.setdefault(tensor.dtype, [])
        piece.append(tensor)
        if sum(part.numel() for part in piece) >= PIECE:
            _send(pieces.pop(tensor.dtype), send)
    for piece in pieces.values():
        _send(piece, send)


@torch.no_grad()
def _send(piece: list[Tensor], send: Callable[[Tensor], None]) -> None:
    flat = torch.cat([part.reshape(-1) for part in piece])
    with _with_all():
        send(flat)
    for part, values in zip(piece, flat.split([part.numel() for part in piece]), strict=True):
        part.copy_(values.view(part.shape))


def average_(tensors: Iterable[Tensor]) -> None:
    """Each tensor becomes its mean over the processes, bit for bit the same in all."""
    group = joined()
    if group is None:
        return

    def mean(flat: Tensor) -> None:
        distributed.all_reduce(flat)
        flat.div_(group.count)

    _in_pieces(tensors, mean)


def gradients_of(parameters: Iterable[Tensor]) -> list[Tensor]:
    """The gradients that there are."""
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


def statistics_of(network: torch.nn.Module) -> list[Tensor]:
    """Running means and variances of the batch normalisations, which each process takes of its share of the batch."""
    normalisations = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    layers = [layer for layer in normalisations if layer.running_mean is not None]
    return [values for layer in layers for values in (layer.running_mean, layer.running_var)]


def mean_of(values: dict[str, float]) -> dict[str, float]:
    """Means over the processes, which must give the same names."""
    group = joined()
    if group is None:
        return values
    row = torch.tensor(list(values.values()), dtype=torch.float64, device=group.device)
    average_([row])
    return dict(zip(values, row.tolist(), strict=True))


def start_alike(tensors: Iterable[Tensor], step: int) -> None:
    """All take the first one's tensors; raises StageError where they stand at different steps."""
    group = joined()
    if group is None:
        return
    _in_pieces(tensors, lambda flat: distributed.broadcast(flat, 0))
    row = torch.tensor([step, -step], dtype=torch.int64, device=group.device)
    with _with_all():
        distributed.all_reduce(row, distributed.ReduceOp.MAX)
    if row[0] != -row[1]:
        raise StageError("The processes stand at different steps. All must see the same run folder and pictures.")


class Turn(NamedTuple):
    """What all processes do after a step: stop where any was asked to, save where the first one's clock says so."""

    stop: bool
    save: bool
    seconds: float


def agreed(stop: bool, save: bool, seconds: float) -> Turn:
    """The turn of all, of which save and seconds are the first one's."""
    group = joined()
    if group is None:
        return Turn(stop, save, seconds)
    row = torch.tensor([stop, *((save, seconds) if is_first() else (0, 0))], dtype=torch.float64, device=group.device)
    with _with_all():
        distributed.all_reduce(row)
    asked, keep, first_seconds = row.tolist()
    return Turn(asked > 0, keep > 0, first_seconds)


def barrier() -> None:
    """Wait for all."""
    agreed(False, False, 0.0)


def end() -> None:
    """Part; what follows is each process's own."""
    distributed.destroy_process_group()


@contextmanager
def first_alone() -> Iterator[None]:
    """The first process does what is inside before the others do: files that all read are written once."""
    if not is_first():
        barrier()
    yield
    if is_first():
        barrier()
