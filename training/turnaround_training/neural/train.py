"""The training loop: reconstruction first, the adversarial term in later phases; resumable and seeded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

from turnaround_training import collective
from turnaround_training.checkpoint import Identity, load_checkpoint, load_weights, save_checkpoint
from turnaround_training.device import choose_device, compute_type, moved
from turnaround_training.errors import StageError
from turnaround_training.gan.discriminator import Discriminator
from turnaround_training.gan.load import load_discriminator
from turnaround_training.gan.losses import discriminator_loss, generator_loss, gradient_penalty
from turnaround_training.gan.settings import Architecture as CriticArchitecture
from turnaround_training.interruption import held_back
from turnaround_training.neural import losses
from turnaround_training.neural.examples import SIZE, Batch, Examples, random_batch
from turnaround_training.neural.networks import MovingAverage, Networks
from turnaround_training.neural.restore import restore_networks
from turnaround_training.neural.settings import Phase, Settings
from turnaround_training.processes import count, is_first, share_of
from turnaround_training.restore import cars_credited
from turnaround_training.trainer import append_log, checkpoint_path

R1_EVERY = 16
R1_GAMMA = 0.3
"""Of the penalty on the discriminator, as stage gan has it at this size."""
RECONSTRUCTION_WEIGHT = 4.0
OUTLINE_WEIGHT = 0.5
MATCHING_WEIGHT = 2.0
ENTROPY_WEIGHT = 0.02
CODE_WEIGHT = 0.001
FADE = 4000
WARM_UP = 100
"""Steps over which the rate of a new optimiser rises."""
LOG_SECONDS = 20.0


class Trainer:
    """Networks, optimisers and counters of one run; `seen` counts training pictures."""

    def __init__(self, settings: Settings, projection: np.ndarray, identity: Identity) -> None:
        torch.manual_seed(settings.seed)
        self.identity = identity
        self.cars: set[str] | None = set()
        self.settings = settings
        self.device = choose_device(settings.device)
        self.networks = Networks(settings.architecture, projection).to(self.device)
        self.discriminator = critic_of(settings).to(self.device)
        self.average = MovingAverage(self.networks)
        self.networks.generator.compute = self.discriminator.compute = compute_type(self.device)
        groups = [{"params": self.networks.other_parameters()}, {"params": self.networks.style_parameters()}]
        self.optimiser = torch.optim.Adam(groups, lr=settings.rate, betas=(0.9, 0.99), foreach=True)
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(), lr=settings.discriminator_rate, betas=(0.0, 0.99), foreach=True
        )
        self.seen, self.step, self.adversarial_since, self.seconds = 0, 0, -1, 0.0
        self.optimisers_begun = 0
        self.origin: dict[str, torch.Tensor] | None = None
        """Weights of the exported networks that the run began with."""

    def phase(self) -> Phase | None:
        """The phase that `seen` falls into; None when all are done."""
        return next((phase for phase in self.settings.phases if self.seen < phase.until), None)

    def weights(self) -> list[torch.Tensor]:
        """All that is learned, of all networks."""
        networks = (self.networks, self.average.networks, self.discriminator)
        return [value for network in networks for value in network.state_dict().values()]

    def save(self) -> None:
        """Write the checkpoint at once; the first process does."""
        if not is_first():
            return
        content = {
            "networks": self.networks.state_dict(),
            "average": self.average.networks.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "discriminator_optimiser": self.discriminator_optimiser.state_dict(),
            "optimisers_begun": self.optimisers_begun,
            "counters": [self.seen, self.step, self.adversarial_since, self.seconds],
            "cars": None if self.cars is None else sorted(self.cars),
            "origin": self.origin,
        }
        save_checkpoint(checkpoint_path(self.settings.run), self.identity, content)

    def load(self) -> bool:
        """Go on from the run's checkpoint, or from the settings' start; False where there is neither.

        A state without optimisers takes new ones. Raises StageError where it belongs to another configuration.
        """
        path, start = checkpoint_path(self.settings.run), self.settings.start
        if not path.exists() and not start:
            return False
        if not path.exists() and start.endswith(".onnx"):
            self._start_from_models(Path(start))
            return True
        path = path if path.exists() else checkpoint_path(Path(start))
        stored = load_checkpoint(path, self.identity)
        load_weights(self.networks, stored["networks"], path)
        load_weights(self.average.networks, stored["average"], path)
        load_weights(self.discriminator, stored["discriminator"], path)
        for optimiser, name in (
            (self.optimiser, "optimiser"),
            (self.discriminator_optimiser, "discriminator_optimiser"),
        ):
            if name in stored:
                optimiser.load_state_dict(stored[name])
        self.seen, self.step, self.adversarial_since, self.seconds = stored["counters"]
        self.optimisers_begun = stored.get("optimisers_begun", 0) if "optimiser" in stored else self.step
        self.cars = None if stored.get("cars") is None else set(stored["cars"])
        self.origin = stored.get("origin")
        return True

    def _start_from_models(self, generator: Path) -> None:
        """Take the exported networks; the discriminator and all counters begin anew."""
        restore_networks(self.networks, generator.parent)
        self.average = MovingAverage(self.networks)
        self.origin = {name: value.clone() for name, value in self.networks.state_dict().items()}
        self.cars = cars_credited(generator.parent, generator.stem)

    def learn(self, batch: Batch, phase: Phase) -> dict[str, float]:
        """One update of generator and mappers (and of the discriminator in adversarial phases)."""
        batch = moved(batch, self.device)
        target, mask = batch.target, batch.mask
        if phase.size < target.shape[-1]:
            target = functional.avg_pool2d(target, target.shape[-1] // phase.size)
            mask = functional.avg_pool2d(mask, mask.shape[-1] // phase.size)
        self._set_rates(phase)
        picture, logits, coverage, code = self.networks.draw(batch, phase.size)
        terms = {
            "reconstruction": RECONSTRUCTION_WEIGHT * losses.reconstruction(picture, target, mask),
            "outline": OUTLINE_WEIGHT * losses.outline(logits, coverage, mask),
            "entropy": ENTROPY_WEIGHT * self.networks.mapper_content.entropy(),
            "code": CODE_WEIGHT * code.square().mean(),
        }
        if phase.adversarial > 0:
            terms |= self._deceive(picture, target, phase)
        stacked = torch.stack(list(terms.values()))
        self.optimiser.zero_grad(set_to_none=True)
        stacked.sum().backward()
        found = stacked.detach().clone()
        collective.average_([found, *collective.gradients_of(self.networks.parameters())])
        if not torch.isfinite(found).all():
            raise StageError(
                f"The loss is not finite after {self.seen} pictures. The last checkpoint is intact; lower the rate and "
                "run again."
            )
        torch.nn.utils.clip_grad_norm_(self.networks.parameters(), 10.0)
        self.optimiser.step()
        values = dict(zip(terms, found.cpu().tolist(), strict=True))
        if phase.adversarial > 0:
            values["discriminator"] = self._judge(picture.detach(), target)
        self.step += 1
        self.seen += target.shape[0] * count()
        self.average.follow(self.networks, self.step)
        return values

    def _set_rates(self, phase: Phase) -> None:
        if phase.adversarial > 0 and self.adversarial_since < 0:
            self.adversarial_since = self.seen
        warm_up = min(1.0, (self.step - self.optimisers_begun + 1) / WARM_UP)
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.rate * phase.rate * warm_up
            group["betas"] = (0.5 if phase.adversarial > 0 else 0.9, 0.99)
        for group in self.discriminator_optimiser.param_groups:
            group["lr"] = self.settings.discriminator_rate * warm_up

    def _deceive(self, picture: torch.Tensor, target: torch.Tensor, phase: Phase) -> dict[str, torch.Tensor]:
        self.discriminator.requires_grad_(False)
        realness, maps = self.discriminator.judged(picture * 2 - 1)
        with torch.no_grad():
            wanted = self.discriminator.maps(target * 2 - 1)
        self.discriminator.requires_grad_(True)
        weight = phase.adversarial * min(1.0, (self.seen - self.adversarial_since) / FADE)
        return {
            "adversarial": weight * generator_loss(realness),
            "matching": weight * MATCHING_WEIGHT * losses.matching(maps, wanted),
        }

    def _judge(self, fake: torch.Tensor, real: torch.Tensor) -> float:
        fake, real = fake.clamp(0.0, 1.0) * 2 - 1, real * 2 - 1
        loss = discriminator_loss(self.discriminator(fake), self.discriminator(real))
        total = loss
        if self.step % R1_EVERY == 0:
            total = total + R1_EVERY * gradient_penalty(self.discriminator, real, 1.0, R1_GAMMA)
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        total.backward()
        collective.average_(collective.gradients_of(self.discriminator.parameters()))
        self.discriminator_optimiser.step()
        return float(loss.detach())


def critic_of(settings: Settings) -> Discriminator:
    """The discriminator of the settings' critic, or a new one."""
    if settings.critic:
        return load_discriminator(Path(settings.critic))[0]
    return Discriminator(CriticArchitecture(size=SIZE))


def train(
    trainer: Trainer,
    load_examples: Callable[[], Examples],
    on_checkpoint: Callable[[Trainer, Examples], None],
) -> None:
    """Train until the phases or the settings' minutes are over; reads grown data at every checkpoint.

    Ctrl-C or SIGTERM: the step under way is ended and saved, then KeyboardInterrupt is raised.
    """
    settings = trainer.settings
    torch.set_num_threads(settings.threads)
    settings.run.mkdir(parents=True, exist_ok=True)
    values: dict[str, list[float]] = {}
    with held_back() as asked_to_stop:
        examples = _examples(trainer, load_examples)
        rows_of = examples.rows_of()
        started = last_saved = last_logged = time.monotonic()
        collective.start_alike(trainer.weights(), trainer.seen)
        while (phase := trainer.phase()) is not None:
            begun = time.monotonic()
            save = begun - last_saved > settings.checkpoint_minutes * 60
            turn = collective.agreed(asked_to_stop.is_set(), save, begun - started)
            if turn.stop:
                trainer.save()
                collective.barrier()
                raise KeyboardInterrupt
            if settings.minutes and turn.seconds > settings.minutes * 60:
                break
            if turn.save:
                trainer.save()
                if is_first():
                    on_checkpoint(trainer, examples)
                examples = _examples(trainer, load_examples)
                rows_of = examples.rows_of()
                last_saved = begun = time.monotonic()
            random = np.random.default_rng((settings.seed, trainer.step))
            share = share_of(phase.batch, "[[neural.phases]] batch")
            batch = random_batch(examples, rows_of, phase.batch, random, share)
            for name, value in trainer.learn(batch, phase).items():
                values.setdefault(name, []).append(value)
            now = time.monotonic()
            trainer.seconds += now - begun
            if now - last_logged > LOG_SECONDS:
                entry = {"seen": trainer.seen, "seconds": round(trainer.seconds), "size": phase.size}
                append_log(settings.run, entry, values)
                values, last_logged = {}, now
        trainer.save()
    if is_first():
        on_checkpoint(trainer, examples)


def _examples(trainer: Trainer, load_examples: Callable[[], Examples]) -> Examples:
    with collective.first_alone():
        examples = load_examples()
    if trainer.cars is not None:
        trainer.cars |= set(examples.cars)
    return examples
