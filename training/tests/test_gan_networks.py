"""The GAN's layers and losses against plain implementations of the published formulas."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from gan_standin import TINY
from turnaround_training.gan.augment import augmented
from turnaround_training.gan.discriminator import Discriminator, batch_deviation
from turnaround_training.gan.frechet import frechet_distance
from turnaround_training.gan.generator import Colours, Generator, Mapping, mixed
from turnaround_training.gan.layers import GrowingConv
from turnaround_training.gan.losses import discriminator_loss, generator_loss, gradient_penalty
from turnaround_training.gan.settings import Architecture


def test_modulating_activations_equals_modulating_weights():
    """Karras et al. 2020, equations 1 and 3, with the upsampling filter before bias and nonlinearity."""
    torch.manual_seed(0)
    layer = GrowingConv(5, 7, 4)
    torch.nn.init.normal_(layer.bias)
    x, style = torch.randn(2, 5, 6, 6), torch.randn(2, 4)
    drawn, scales = layer(x, style), layer.style(style)
    for number in range(2):
        weight = layer.weight * layer.scale * scales[number][None, :, None, None]
        weight = weight * torch.rsqrt(weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
        wanted = functional.conv2d(x[number : number + 1], weight, padding=1) * math.sqrt(2)
        wanted = functional.interpolate(wanted, scale_factor=2, mode="bilinear") + layer.bias[None, :, None, None]
        assert torch.allclose(drawn[number], functional.leaky_relu(wanted, 0.2)[0], atol=1e-4)


def test_colours_are_modulated_and_not_demodulated():
    torch.manual_seed(0)
    layer = Colours(5, 4)
    x, style = torch.randn(2, 5, 3, 3), torch.randn(2, 4)
    weight = layer.weight[None] * 5**-0.5 * layer.style(style)[:, None, :, None, None]
    wanted = torch.cat([functional.conv2d(x[n : n + 1], weight[n], layer.bias) for n in range(2)])
    assert torch.allclose(layer(x, style), wanted, atol=1e-5)


def test_the_slopes_of_a_growing_convolution_are_those_of_finite_differences():
    torch.manual_seed(1)
    layer = GrowingConv(2, 3, 2).double()
    x, style = torch.randn(1, 2, 3, 3).double().requires_grad_(), torch.randn(1, 2).double().requires_grad_()
    assert torch.autograd.gradcheck(layer, (x, style))


def test_style_inputs_count_as_published():
    assert Architecture(size=128).inputs == 12
    assert Architecture(size=512).inputs == 16


def test_every_style_input_changes_the_picture_and_only_those_of_its_size():
    torch.manual_seed(0)
    generator = Generator(TINY)
    w_plus = torch.randn(1, TINY.inputs, TINY.width)
    base = {size: generator.synthesis.draw(w_plus, size) for size in (8, 16)}
    for number in range(TINY.inputs):
        changed = w_plus.clone()
        changed[:, number] += 1.0
        assert not torch.allclose(generator.synthesis.draw(changed, 16), base[16])
        assert torch.allclose(generator.synthesis.draw(changed, 8), base[8]) == (number >= 4)


def test_style_mixing_takes_later_inputs_from_the_second_code():
    first, second = torch.zeros(3, 2), torch.ones(3, 2)
    w_plus = mixed(first, second, 6, torch.tensor([1, 4, 6]))
    assert w_plus[:, :, 0].tolist() == [[0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]]


def test_truncation_moves_codes_towards_the_mean():
    mapping = Mapping(TINY)
    mapping.follow(torch.full((4, TINY.width), 2.0), share=0.5)
    assert torch.allclose(mapping.mean, torch.ones(TINY.width))
    z = torch.randn(3, TINY.width)
    assert torch.allclose(mapping.truncated(z, 0.25), 1.0 + 0.25 * (mapping(z) - 1.0), atol=1e-6)


def test_a_new_block_begins_without_a_say():
    torch.manual_seed(0)
    generator, discriminator = Generator(TINY), Discriminator(TINY)
    w_plus = torch.randn(2, TINY.inputs, TINY.width)
    small, grown = generator.synthesis.draw(w_plus, 8), generator.synthesis.draw(w_plus, 16, fade=0.0)
    assert torch.allclose(grown, functional.interpolate(small, scale_factor=2, mode="bilinear"), atol=1e-5)
    assert torch.allclose(discriminator(grown, fade=0.0), discriminator(functional.avg_pool2d(grown, 2)), atol=1e-5)
    assert not torch.allclose(discriminator(grown, fade=1.0), discriminator(functional.avg_pool2d(grown, 2)))


def test_batch_deviation_is_the_mean_deviation_within_groups():
    x = torch.randn(8, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    appended = batch_deviation(x, group=4)[:, 3]
    for number in range(8):
        members = x[number % 2 :: 2]
        wanted = members.std(dim=0, unbiased=False).mean()
        assert torch.allclose(appended[number], wanted.expand(2, 2), atol=1e-4)


class Slope(torch.nn.Module):
    """A discriminator whose gradient is known: sum(slope * x) + x_0^2."""

    compute = torch.bfloat16

    def __init__(self, slope):
        super().__init__()
        self.slope = torch.nn.Parameter(slope)

    def forward(self, x, fade):
        return (x * self.slope).sum(dim=(1, 2, 3))


def test_r1_is_half_gamma_times_the_squared_gradient_and_can_be_differentiated():
    slope = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))
    judge = Slope(slope.clone())
    penalty = gradient_penalty(judge, torch.randn(5, 3, 4, 4), 1.0, gamma=3.0)
    assert float(penalty) == pytest.approx(1.5 * float(slope.square().sum()), rel=1e-5)
    penalty.backward()
    assert torch.allclose(judge.slope.grad, 3.0 * slope, rtol=1e-4)
    assert judge.compute is torch.bfloat16


def test_adversarial_losses():
    fake, real = torch.tensor([0.5, -1.0]), torch.tensor([2.0, 0.0])
    assert float(generator_loss(fake)) == pytest.approx(np.log1p(np.exp([-0.5, 1.0])).mean(), rel=1e-5)
    wanted = np.log1p(np.exp([0.5, -1.0])).mean() + np.log1p(np.exp([-2.0, 0.0])).mean()
    assert float(discriminator_loss(fake, real)) == pytest.approx(wanted, rel=1e-5)


def test_augmentation_is_nothing_at_zero_seeded_and_differentiable_at_one():
    pictures = torch.rand(4, 3, 16, 16).requires_grad_()
    assert augmented(pictures, 0.0, np.random.default_rng(0)) is pictures
    first, second = (augmented(pictures, 1.0, np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(first, second) and not torch.allclose(first, pictures, atol=0.05)
    first.sum().backward()
    assert float(pictures.grad.abs().sum()) > 0


def test_augmentation_of_colours_keeps_grey_grey():
    grey = torch.linspace(-1, 1, 16).reshape(1, 1, 4, 4).expand(8, 3, 4, 4)
    changed = augmented(grey, 1.0, np.random.default_rng(1))
    assert torch.allclose(changed[:, :1].expand(-1, 3, -1, -1), changed, atol=1e-5)
    coloured = augmented(
        torch.tensor([1.0, 0.0, -1.0]).reshape(1, 3, 1, 1).expand(8, 3, 4, 4), 1.0, np.random.default_rng(1)
    )
    assert float((coloured[:, 0] - coloured[:, 1] - 1.0).abs().max()) > 0.2


def test_frechet_distance_of_known_gaussians():
    random = np.random.default_rng(0)
    first = random.standard_normal((20_000, 3))
    assert frechet_distance(first, first) == pytest.approx(0.0, abs=1e-9)
    assert frechet_distance(first, first + np.array([3.0, 0.0, 0.0])) == pytest.approx(9.0, rel=1e-6)
    assert frechet_distance(first, first * 2.0) == pytest.approx(3.0, rel=0.05)
