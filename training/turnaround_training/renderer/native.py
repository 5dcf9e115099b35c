"""Calls the compiled operator on torch tensors, which must be contiguous and of one float type."""

from __future__ import annotations

import ctypes
import weakref
from dataclasses import dataclass
from typing import NamedTuple

import torch

from turnaround_training.renderer.build import load_library
from turnaround_training.renderer.mesh import Mesh

POINTERS = ("faces", "neighbours", "uv", "vertices", "camera", "texels", "light")


class _Batch(ctypes.Structure):
    """Batch of csrc/renderer.cpp."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("count", "vertex_count", "face_count")),
        *((name, ctypes.c_int32) for name in (
            "width", "height", "texture_width", "texture_height", "cull_back", "srgb", "nearest", "threads"
        )),
        ("near_depth", ctypes.c_double), ("sigmainv", ctypes.c_double),
        *((name, ctypes.c_void_p) for name in POINTERS),
    ]


@dataclass(frozen=True)
class Options:
    """How pictures are drawn; nearest 0 leaves the silhouette hard."""

    height: int
    width: int
    near: float
    cull_back: bool
    srgb: bool
    sigmainv: float
    nearest: int


class Inputs(NamedTuple):
    """vertices [B,V,3], camera [B,4,4], texture [B,3,Th,Tw] or None, light [B,9,3] or None."""

    vertices: torch.Tensor
    camera: torch.Tensor
    texture: torch.Tensor | None
    light: torch.Tensor | None


class Pictures(NamedTuple):
    """colour [B,3,H,W] (empty without a texture), silhouette [B,1,H,W], face int32 [B,1,H,W], depth [B,1,H,W]."""

    colour: torch.Tensor
    silhouette: torch.Tensor
    face: torch.Tensor
    depth: torch.Tensor


class States:
    """What the backward pass needs of a forward pass; freed with this object."""

    def __init__(self, address: int):
        self.address = ctypes.c_void_p(address)
        weakref.finalize(self, load_library().turnaround_release, self.address)


def forward(mesh: Mesh, inputs: Inputs, options: Options) -> tuple[Pictures, States]:
    """Draw every item of the batch."""
    like, count, size = inputs.vertices, len(inputs.vertices), (options.height, options.width)
    pictures = Pictures(
        like.new_empty((count, 0 if inputs.texture is None else 3, *size)), like.new_empty((count, 1, *size)),
        torch.empty((count, 1, *size), dtype=torch.int32), like.new_empty((count, 1, *size)),
    )
    batch = _batch(mesh, inputs, options)
    address = _function("forward", like, ctypes.c_void_p)(ctypes.byref(batch), *map(_pointer, pictures))
    if address is None:
        raise MemoryError("The renderer ran out of memory.")
    return pictures, States(address)


def backward(
    mesh: Mesh, inputs: Inputs, options: Options, states: States, colour: torch.Tensor,
    of_pictures: tuple[torch.Tensor | None, ...], wants_texture: bool,
) -> list[torch.Tensor | None]:
    """Gradients in the order of Inputs, None where there is none.

    colour: as it was drawn; of_pictures: the loss's gradients of colour, silhouette and depth, None where it has none.
    """
    coloured = of_pictures[0] is not None
    wanted = (True, True, coloured and wants_texture, coloured and inputs.light is not None)
    out = [torch.empty_like(tensor) if wants else None for tensor, wants in zip(inputs, wanted, strict=True)]
    batch = _batch(mesh, inputs, options)
    given = map(_pointer, (colour, *of_pictures, *out))
    _function("backward", inputs.vertices)(ctypes.byref(batch), states.address, *given)
    return out


def _batch(mesh: Mesh, inputs: Inputs, options: Options) -> _Batch:
    tensors = (mesh.faces, mesh.neighbours, mesh.uv, *inputs)
    texture_height, texture_width = (0, 0) if inputs.texture is None else inputs.texture.shape[2:]
    return _Batch(
        count=len(inputs.vertices), vertex_count=inputs.vertices.shape[1], face_count=len(mesh.faces),
        width=options.width, height=options.height, texture_width=texture_width, texture_height=texture_height,
        cull_back=options.cull_back, srgb=options.srgb, nearest=options.nearest, near_depth=options.near,
        sigmainv=options.sigmainv, threads=max(1, min(torch.get_num_threads(), len(inputs.vertices))),
        **dict(zip(POINTERS, map(_pointer, tensors), strict=True)),
    )


def _pointer(tensor: torch.Tensor | None) -> ctypes.c_void_p:
    return ctypes.c_void_p(None if tensor is None else tensor.data_ptr())


def _function(name: str, like: torch.Tensor, result: type | None = None) -> ctypes._NamedFuncPointer:
    function = getattr(load_library(), f"turnaround_{name}_{'double' if like.dtype == torch.float64 else 'float'}")
    function.restype = result
    return function
