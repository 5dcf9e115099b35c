"""The processes of one run, as torchrun starts them: who is first, whose rows are whose, and who tells what went wrong.

``torchrun --nproc-per-node N -m turnaround_training STAGE --config FILE``, ``python -m torch.distributed.run`` in its
place, or option ``--processes N`` (launch.py): gloo between processes on the CPU, NCCL on CUDA. All must see the same
run folder. What they do together with tensors is in collective.py; this module imports no library before it is needed,
as it is part of the command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from turnaround_training.errors import StageError

if TYPE_CHECKING:
    import numpy as np
    import torch

PATIENCE = timedelta(hours=6)
"""How long processes wait for the first one's pictures, sheets and exports."""
Rows = TypeVar("Rows", "np.ndarray", "torch.Tensor")


@dataclass(frozen=True)
class Joined:
    """This process among `count`; store: what all of them can write to."""

    rank: int
    count: int
    device: torch.device
    store: torch.distributed.Store


_joined: Joined | None = None


def joined() -> Joined | None:
    """None where this process is the only one."""
    return _joined


def rank() -> int:
    """0 for the first process, which alone writes files and prints."""
    return 0 if _joined is None else _joined.rank


def count() -> int:
    """How many processes share the run."""
    return 1 if _joined is None else _joined.count


def is_first() -> bool:
    """Whether logs, checkpoints and sheets are this process's to write."""
    return rank() == 0


@contextmanager
def together(device: str, name: str, parallel: bool) -> Iterator[None]:
    """Inside, the processes that torchrun started are one run; nothing happens where it started none.

    device: as choose_device takes it. Raises StageError where stage `name` is not `parallel`, so runs in one process.
    """
    global _joined
    if _started() > 1:
        _joined = _meet(device)
        if not parallel:
            raise StageError(f"{name} runs in one process; start one only.")
        if not is_first():
            sys.stdout = open(os.devnull, "w")
    yield
    if _joined is not None:
        from turnaround_training import collective

        collective.barrier()
        collective.end()
        _joined = None


def _started() -> int:
    """How many processes torchrun (or launch.py) has started."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _meet(wanted: str) -> Joined:
    import torch

    from turnaround_training.device import choose_device

    global _joined
    store, rank, count = next(torch.distributed.rendezvous("env://"))
    store.set_timeout(PATIENCE)
    _joined = Joined(rank, count, torch.device("cpu"), store)  # from here on one of all tells what is wrong
    device = choose_device(wanted)
    if device.type not in ("cpu", "cuda"):
        raise StageError(f"There is one {device.type} device: start one process, or set device = \"cpu\".")
    backend = "nccl" if device.type == "cuda" else "gloo"
    torch.distributed.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=PATIENCE)
    return Joined(rank, count, device, store)


def may_tell() -> bool:
    """Whether this process is the one that says what went wrong: the first that asks. Always so where it is alone.

    Before they have met (a config that can't be read, say) all meet the same, and the first in rank tells.
    """
    if _joined is None:
        return _started() == 1 or os.environ.get("RANK") == "0"
    try:
        return _joined.store.add("told", 1) == 1
    except RuntimeError:
        return False  # the process that kept the store has ended, and has told


@dataclass(frozen=True)
class Share:
    """The rows of a batch of `total` that are one process's: every count-th from its rank on, so that the groups in
    which a discriminator compares pictures stay together."""

    total: int
    rank: int = 0
    count: int = 1

    def of(self, rows: Rows, axis: int = 0) -> Rows:
        """Those of rows [total,...] (or of another axis)."""
        return rows[(*(slice(None),) * axis, slice(self.rank, None, self.count))]


def share_of(total: int, name: str) -> Share:
    """This process's share of a batch; raises StageError where `total` can't be divided evenly."""
    if total % count():
        raise StageError(
            f"{name} = {total} can't be shared evenly among {count()} processes; it counts the batch of all of them."
        )
    return Share(total, rank(), count())


def part_of(total: int, name: str) -> int:
    """How many of a batch of `total` are this process's."""
    return total // share_of(total, name).count


def random_of(seed: int, step: int) -> np.random.Generator:
    """The randomness of a step for a batch that is this process's alone: of (seed, step), in company with the rank."""
    import numpy as np

    return np.random.default_rng((seed, step) if count() == 1 else (seed, step, rank()))
