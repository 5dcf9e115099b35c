"""The differentiable renderer as a PyTorch function: mesh, camera, texture and light to pictures, with gradients.

Formulas and conventions are those of src/engine/diffrender; both are tested against the same stored vectors.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.autograd.function import once_differentiable

from turnaround_training.renderer import native
from turnaround_training.renderer.mesh import Mesh

MOST_NEAREST = 64


class Drawing(NamedTuple):
    """colour [B,3,H,W] (0 outside the mesh; None without a texture); silhouette [B,1,H,W] (1 where covered, soft
    around); coverage [B,1,H,W] (1 where a face covers the pixel's centre, else 0); depth [B,1,H,W] along the optical
    axis (infinite where nothing is); face int32 [B,1,H,W] (-1 where none). Colour, silhouette and depth
    carry gradients."""

    colour: torch.Tensor | None
    silhouette: torch.Tensor
    coverage: torch.Tensor
    depth: torch.Tensor
    face: torch.Tensor


class _Render(torch.autograd.Function):
    @staticmethod
    def forward(ctx, vertices, camera, texture, light, mesh, options):
        pictures, states = native.forward(mesh, native.Inputs(vertices, camera, texture, light), options)
        ctx.save_for_backward(vertices, camera, texture, light, pictures.colour)
        ctx.mesh, ctx.options, ctx.states = mesh, options, states
        ctx.mark_non_differentiable(pictures.face)
        ctx.set_materialize_grads(False)
        return tuple(pictures)

    @staticmethod
    @once_differentiable
    def backward(ctx, of_colour, of_silhouette, _, of_depth):
        *inputs, colour = ctx.saved_tensors
        of_pictures = (of_colour, of_silhouette, of_depth)
        given = tuple(None if gradient is None else gradient.contiguous() for gradient in of_pictures)
        inputs, wants_texture = native.Inputs(*inputs), ctx.needs_input_grad[2]
        gradients = native.backward(ctx.mesh, inputs, ctx.options, ctx.states, colour, given, wants_texture)
        return *gradients, None, None


def render(
    mesh: Mesh,
    vertices: torch.Tensor,
    camera: torch.Tensor,
    size: int | tuple[int, int],
    texture: torch.Tensor | None = None,
    light: torch.Tensor | None = None,
    srgb: bool = True,
    sigmainv: float | None = None,
    nearest: int = 1,
    near: float = 1e-3,
    cull_back: bool = True,
) -> Drawing:
    """Draw a batch of shapes of one mesh; differentiable in vertices, camera, texture and light.

    Args:
        vertices: [B,V,3], float32 or float64; all tensors here are of one type and on one device. The operator runs on
            the CPU: from another device inputs are copied there and pictures back, and gradients take the same way.
        camera: [B,4,4] of viewpoint.camera_matrix (pixel centres at +0.5); a last row that differs from the third
            makes it orthographic where the third is constant.
        size: side of the picture, or (height, width).
        texture: [B,3,Th,Tw] linear albedo, looked up bilinearly, clamped at the rim.
        light: [B,9,3] spherical harmonics in mesh space; None shades with 1.
        srgb: clip and encode the colour; False gives the radiance as it is.
        sigmainv: falloff of the soft silhouette, one face's share is exp(-d^2 sigmainv) with d on the plane where the
            width spans [-1, 1], cut at sqrt(ln(1000) / sigmainv); None leaves the silhouette hard.
        nearest: how many of the nearest faces count for a pixel, 1..64 (DIB-R: 30).
        near: nothing nearer than this depth is drawn.
        cull_back: don't draw faces that turn their back; for closed meshes the picture is the same.
    Raises ValueError where shapes, types or ranges don't fit.
    """
    height, width = (size, size) if isinstance(size, int) else size
    _check(mesh, vertices, camera, texture, light)
    if height < 1 or width < 1:
        raise ValueError(f"A picture of {width} x {height} can't be drawn.")
    if not near > 0:
        raise ValueError(f"near must be positive, not {near}.")
    if sigmainv is not None and not (sigmainv > 0 and 1 <= nearest <= MOST_NEAREST):
        raise ValueError(f"sigmainv must be positive and nearest 1..{MOST_NEAREST}, not {sigmainv} and {nearest}.")
    sigmainv, nearest = (1.0, 0) if sigmainv is None else (sigmainv, nearest)
    options = native.Options(height, width, near, cull_back, srgb, sigmainv, nearest)
    whole = [None if tensor is None else tensor.cpu().contiguous() for tensor in (vertices, camera, texture, light)]
    drawn = _Render.apply(*whole, mesh, options)
    colour, silhouette, face, depth = (picture.to(vertices.device) for picture in drawn)
    coverage = (face >= 0).to(vertices.dtype)
    return Drawing(colour if texture is not None else None, silhouette, coverage, depth, face)


def _check(
    mesh: Mesh, vertices: torch.Tensor, camera: torch.Tensor, texture: torch.Tensor | None, light: torch.Tensor | None
) -> None:
    count = len(vertices)
    expected = {
        "vertices": (vertices, (count, None, 3)), "camera": (camera, (count, 4, 4)),
        "texture": (texture, (count, 3, None, None)), "light": (light, (count, 9, 3)),
    }
    for name, (tensor, shape) in expected.items():
        if tensor is None:
            continue
        fits = tensor.ndim == len(shape) and all(b in (None, a) for a, b in zip(tensor.shape, shape, strict=True))
        if not fits:
            raise ValueError(f"render: {name} has shape {list(tensor.shape)}, expected {list(shape)} (None: any).")
        if tensor.dtype != vertices.dtype or tensor.device != vertices.device:
            raise ValueError(
                f"render: {name} is {tensor.dtype} on {tensor.device}, vertices are {vertices.dtype} on "
                f"{vertices.device}; all inputs must be of one float type and on one device."
            )
    if vertices.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"render: vertices are {vertices.dtype}; float32 or float64 is needed.")
    if texture is not None and 0 in texture.shape[2:]:
        raise ValueError("render: the texture has no texels.")
    if len(mesh.faces) and int(mesh.faces.max()) >= vertices.shape[1]:
        raise ValueError(f"render: a face names vertex {int(mesh.faces.max())} of {vertices.shape[1]}.")
