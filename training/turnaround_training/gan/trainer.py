"""Networks, optimisers and counters of one run, and its training step."""

from __future__ import annotations

import copy
from dataclasses import asdict

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from turnaround_training import collective
from turnaround_training.checkpoint import Identity, identity_of, load_checkpoint, load_weights, save_checkpoint
from turnaround_training.device import choose_device, compute_type, moved
from turnaround_training.errors import StageError
from turnaround_training.gan.augment import augmented
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.generator import Generator, mixed
from turnaround_training.gan.losses import discriminator_loss, generator_loss, gradient_penalty
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import Phase, Settings
from turnaround_training.neural.layers import twice_smooth
from turnaround_training.processes import Share, is_first, share_of

SIGN_SHARE = 0.02
WARM_UP = 200
"""Steps over which the rates of new optimisers rise under trained networks."""


class Trainer:
    """`seen` counts real pictures shown, `cars` names whom they showed (for the credits).

    All randomness of a step comes from (seed, step); of several processes each takes its rows of the step's batch, so
    that any number of them learns the same.
    """

    def __init__(self, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.device = choose_device(settings.device)
        self.generator = Generator(settings.architecture).to(self.device)
        self.discriminator = Discriminator(settings.architecture).to(self.device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.generator.synthesis.compute = compute_type(self.device)
        self.discriminator.compute = compute_type(self.device)
        groups = [
            {"params": list(self.generator.synthesis.parameters()), "own": settings.generator_rate},
            {"params": list(self.generator.mapping.parameters()), "own": settings.mapping_rate},
        ]
        self.optimiser = torch.optim.Adam(groups, lr=settings.generator_rate, betas=(0.0, 0.99), foreach=True)
        critics = [{"params": list(self.discriminator.parameters()), "own": settings.discriminator_rate}]
        self.discriminator_optimiser = torch.optim.Adam(
            critics, lr=settings.discriminator_rate, betas=(0.0, 0.99), foreach=True
        )
        self.seen, self.step, self.seconds = 0, 0, 0.0
        self.optimisers_begun = 0
        self.size = settings.phases[0].size
        self.augmentation, self.sign = 0.0, 0.0
        self.cars: set[str] = set()

    def identity(self) -> Identity:
        """What a checkpoint of this run can't be used without."""
        return identity_of("gan", **asdict(self.settings.architecture))

    def weights(self) -> list[Tensor]:
        """All that is learned, of all networks."""
        return [
            value
            for network in (self.generator, self.average, self.discriminator)
            for value in network.state_dict().values()
        ]

    def save(self) -> None:
        """Write the run's checkpoint; the first process does."""
        if not is_first():
            return
        state = {
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "discriminator_optimiser": self.discriminator_optimiser.state_dict(),
            "cars": sorted(self.cars),
            "seen": self.seen,
            "size": self.size,
            "optimisers_begun": self.optimisers_begun,
            "counters": [self.step, self.seconds, self.augmentation, self.sign],
        }
        save_checkpoint(self.settings.run / "checkpoint.pt", self.identity(), state)

    def load(self) -> bool:
        """Go on from the run's checkpoint, or from the settings' start; False where there is neither.

        A state without optimisers takes new ones.
        """
        path = self.settings.checkpoint
        if not path.exists() and not self.settings.start:
            return False
        state = load_checkpoint(path, self.identity())
        for network, name in (
            (self.generator, "generator"),
            (self.average, "average"),
            (self.discriminator, "discriminator"),
        ):
            load_weights(network, state[name], path)
        for optimiser, name in (
            (self.optimiser, "optimiser"),
            (self.discriminator_optimiser, "discriminator_optimiser"),
        ):
            if name not in state:
                continue
            own = [group["own"] for group in optimiser.param_groups]
            optimiser.load_state_dict(state[name])
            for group, rate in zip(optimiser.param_groups, own, strict=True):
                group["own"] = rate
        self.seen, self.size, self.cars = state["seen"], state["size"], set(state["cars"])
        self.step, self.seconds, self.augmentation, self.sign = state["counters"]
        self.optimisers_begun = state.get("optimisers_begun", 0) if "optimiser" in state else self.step
        return True

    def learn(self, pictures: Pictures, phase: Phase, fade: float) -> dict[str, float]:
        """One update of both networks; returns the losses and the discriminator's signs."""
        random = np.random.default_rng((self.settings.seed, self.step))
        for optimiser in (self.optimiser, self.discriminator_optimiser):
            for group in optimiser.param_groups:
                group["lr"] = group["own"] * phase.rate * self._warm_up()
        share = share_of(phase.batch, "[[gan.phases]] batch")
        real = moved(pictures.random(phase.batch, phase.size, random, share), self.device)
        if fade < 1.0:
            real = torch.lerp(twice_smooth(functional.avg_pool2d(real, 2)), real, fade)
        values = self._judge(real, phase, fade, random, share)
        values |= self._deceive(phase, fade, random, share)
        values = collective.mean_of(values)
        collective.average_([self.generator.mapping.mean])
        self.step += 1
        self.seen += phase.batch
        self.size = phase.size
        self._follow(phase.batch)
        self._adapt(values["sign_real"], phase.batch)
        if not all(np.isfinite(value) for value in values.values()):
            raise StageError(
                f"Losses are not finite after {self.seen} pictures: {values}. The last checkpoint is intact; "
                f"lower the rates or raise r1 and run again."
            )
        return values | {"augmentation": self.augmentation}

    def _warm_up(self) -> float:
        """Share of the rates, below 1 only while optimisers are new and networks are not."""
        return min(1.0, (self.step - self.optimisers_begun + 1) / WARM_UP) if self.optimisers_begun else 1.0

    def _codes(self, share: Share, random: np.random.Generator) -> Tensor:
        """w_plus [N,J,width] of the share with style mixing; also moves the mean code."""
        count, width, inputs = share.total, self.settings.architecture.width, self.generator.inputs
        z = torch.from_numpy(share.of(random.standard_normal((2, count, width)).astype(np.float32), 1))
        first, second = self.generator.mapping(moved(z.flatten(0, 1), self.device)).reshape(2, -1, width)
        self.generator.mapping.follow(first)
        crossings = np.where(random.random(count) < self.settings.mixing, random.integers(1, inputs, count), inputs)
        return mixed(first, second, inputs, moved(torch.from_numpy(share.of(crossings)), self.device))

    def _judge(
        self, real: Tensor, phase: Phase, fade: float, random: np.random.Generator, share: Share
    ) -> dict[str, float]:
        with torch.no_grad():
            fake = self.generator.synthesis.draw(self._codes(share, random), phase.size, fade)
        fake = augmented(fake, self.augmentation, random, share)
        shown = augmented(real, self.augmentation, random, share)
        on_fake, on_real = self.discriminator(fake, fade), self.discriminator(shown, fade)
        loss = discriminator_loss(on_fake, on_real)
        total, values = loss, {}
        if self.step % self.settings.r1_every == 0:
            penalty = gradient_penalty(self.discriminator, shown, fade, phase.r1)
            total = total + self.settings.r1_every * penalty
            values["r1"] = float(penalty.detach())
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        total.backward()
        collective.average_(collective.gradients_of(self.discriminator.parameters()))
        self.discriminator_optimiser.step()
        values["discriminator"] = float(loss.detach())
        values["sign_real"] = float(on_real.detach().sign().mean())
        values["sign_fake"] = float(on_fake.detach().sign().mean())
        return values

    def _deceive(self, phase: Phase, fade: float, random: np.random.Generator, share: Share) -> dict[str, float]:
        self.discriminator.requires_grad_(False)
        fake = self.generator.synthesis.draw(self._codes(share, random), phase.size, fade)
        loss = generator_loss(self.discriminator(augmented(fake, self.augmentation, random, share), fade))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        collective.average_(collective.gradients_of(self.generator.parameters()))
        self.optimiser.step()
        self.discriminator.requires_grad_(True)
        return {"generator": float(loss.detach())}

    @torch.no_grad()
    def _follow(self, batch: int) -> None:
        """Moving average of the generator; its half-life grows to the settings' with the pictures shown."""
        half_life = min(self.settings.average_half_life, max(self.seen * 0.05, 1.0))
        keep = 0.5 ** (batch / half_life)
        averages = list(self.average.parameters())
        torch._foreach_mul_(averages, keep)
        torch._foreach_add_(averages, [p.detach() for p in self.generator.parameters()], alpha=1.0 - keep)
        self.average.mapping.mean.copy_(self.generator.mapping.mean)

    def _adapt(self, sign: float, batch: int) -> None:
        """Raise the augmentation while the discriminator is too sure of real pictures (ADA, section 3)."""
        self.sign += SIGN_SHARE * (sign - self.sign)
        change = np.sign(self.sign - self.settings.sign_target) * batch / self.settings.augmentation_pictures
        self.augmentation = float(np.clip(self.augmentation + change, 0.0, 0.9))
