"""Losses of the gan stage, all in float32."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from turnaround_training.gan.discriminator import Discriminator


def generator_loss(fake: Tensor) -> Tensor:
    """Non-saturating: mean softplus(-D(fake)), [N] -> scalar."""
    return functional.softplus(-fake).mean()


def discriminator_loss(fake: Tensor, real: Tensor) -> Tensor:
    """mean softplus(D(fake)) + mean softplus(-D(real)), [N] each -> scalar."""
    return functional.softplus(fake).mean() + functional.softplus(-real).mean()


def gradient_penalty(discriminator: Discriminator, real: Tensor, fade: float, gamma: float) -> Tensor:
    """R1 (Mescheder et al. 2018): gamma/2 E |dD/dx|^2 over real pictures in -1..1, in float32."""
    compute, discriminator.compute = discriminator.compute, torch.float32
    try:
        real = real.detach().requires_grad_(True)
        realness = discriminator(real, fade)
    finally:
        discriminator.compute = compute
    (gradient,) = torch.autograd.grad(realness.sum(), real, create_graph=True)
    return 0.5 * gamma * gradient.square().sum(dim=(1, 2, 3)).mean()
