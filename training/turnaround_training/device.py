"""Where networks compute: CUDA, then Apple's MPS, then the CPU; and how a batch gets there.

``device = "cpu"`` in a stage's config section forces one, the variable TURNAROUND_DEVICE overrides every config.
Checkpoints hold no device: they are read to the CPU and copied into networks wherever these stand.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TypeVar

import torch

from turnaround_training.errors import StageError

AUTOMATIC = "auto"
VARIABLE = "TURNAROUND_DEVICE"
CPU = torch.device("cpu")

Tensors = TypeVar("Tensors")
Module = TypeVar("Module", bound=torch.nn.Module)


def choose_device(wanted: str = AUTOMATIC) -> torch.device:
    """The device of this process; with torchrun on CUDA, the one of its local rank.

    wanted: "auto", or a device by PyTorch's name ("cpu", "cuda", "cuda:1", "mps"); StageError where it isn't there.
    """
    name = os.environ.get(VARIABLE) or wanted
    if name == AUTOMATIC:
        name = "cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise StageError(f"{name!r} is no device; use auto, cpu, cuda, cuda:1 or mps.") from None
    if device.type == "mps" and not _has_mps():
        raise StageError("device is mps, but this PyTorch has none. Use auto or cpu.")
    if device.type == "cuda":
        if device.index is None:
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        if device.index >= torch.cuda.device_count():
            raise StageError(
                f"{device} is wanted, but PyTorch sees {torch.cuda.device_count()} CUDA devices. "
                'Start fewer processes, or use device = "cpu".'
            )
        torch.cuda.set_device(device)
    return device


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def compute_type(device: torch.device) -> torch.dtype:
    """Type of activations: bfloat16 on CPUs that are quick at it and on CUDA devices that have it, float32 elsewhere.

    float16 is never taken: it would need scaled losses.
    """
    if device.type == "cpu":
        quick = _quick_at_bfloat16()
    else:
        quick = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.bfloat16 if quick else torch.float32


@cache
def _quick_at_bfloat16() -> bool:
    """Whether a convolution in bfloat16 takes at most twice its time in float32 on this CPU.

    It is quick with AMX or AVX-512; with AVX2 alone PyTorch 1.13 was seen to take 28 times as long.
    """
    return _convolution_seconds(torch.bfloat16) <= 2 * _convolution_seconds(torch.float32)


@torch.no_grad()
def _convolution_seconds(dtype: torch.dtype) -> float:
    """The quicker of two runs, after one that warms up."""
    picture = torch.ones(1, 32, 32, 32, dtype=dtype).contiguous(memory_format=torch.channels_last)
    kernels = torch.ones(32, 32, 3, 3, dtype=dtype).contiguous(memory_format=torch.channels_last)
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        torch.nn.functional.conv2d(picture, kernels, padding=1)
        seconds.append(time.perf_counter() - begun)
    return min(seconds[1:])


def autocast(device: torch.device) -> AbstractContextManager:
    """Convolutions and products in `compute_type` while inside."""
    if compute_type(device) == torch.float32:
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)


def device_of(module: torch.nn.Module) -> torch.device:
    """Where a network stands."""
    return next(module.parameters()).device


def moved(batch: Tensors, device: torch.device) -> Tensors:
    """A tensor, a mapping or a dataclass of tensors on the device; what is no tensor stays.

    For the CPU it is the batch itself, which batches are made on.
    """
    if device.type == "cpu":
        return batch
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return type(batch)((key, moved(value, device)) for key, value in batch.items())
    if is_dataclass(batch):
        return type(batch)(*(moved(getattr(batch, field.name), device) for field in fields(batch)))
    return batch


def on_cpu(module: Module) -> Module:
    """The module itself where it stands on the CPU, a copy there otherwise: exports are traced on the CPU."""
    return module if device_of(module).type == "cpu" else copy.deepcopy(module).cpu()
