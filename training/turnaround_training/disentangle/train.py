"""Warm-up with the generator frozen, then mapper and generator together under cycle consistency, f frozen."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from turnaround_training import collective
from turnaround_training.checkpoint import Identity, load_checkpoint, load_weights, save_checkpoint
from turnaround_training.device import choose_device, moved
from turnaround_training.disentangle.mapper import CodeSpace, StyleGanR
from turnaround_training.disentangle.picture import crops_of, surroundings_of
from turnaround_training.disentangle.samples import Samples
from turnaround_training.disentangle.settings import DisentangleSettings
from turnaround_training.errors import StageError
from turnaround_training.interruption import held_back
from turnaround_training.inverse.network import InverseGraphics
from turnaround_training.processes import Share, is_first, share_of
from turnaround_training.trainer import append_log, checkpoint_path

MaskOf = Callable[[Tensor], np.ndarray]
"""Pictures [N,3,S,S] in -1..1 -> mask probabilities [N,S,S]."""


class Trainer:
    """StyleGAN-R and its counters; one step is one batch, seeded by (seed, step)."""

    def __init__(
        self, settings: DisentangleSettings, network: StyleGanR, space: CodeSpace, samples: Samples, f: InverseGraphics,
        mask_of: MaskOf, identity: Identity, cars: list[str],
    ) -> None:
        self.device = choose_device(settings.device)
        self.settings, self.network, self.space, self.samples = settings, network.to(self.device), space, samples
        self.f, self.mask_of = f.to(self.device).eval().requires_grad_(False), mask_of
        self.identity, self.cars = identity, cars
        self.step = 0
        self._begin_phase()

    @property
    def warming_up(self) -> bool:
        """Whether the generator is still frozen."""
        return self.step < self.settings.warm_up

    def _begin_phase(self) -> None:
        """An optimiser of its own for each phase; the joint one moves the generator too, slowly."""
        warming_up, settings = self.warming_up, self.settings
        self.network.generator.requires_grad_(not warming_up)
        parameters = self.network.mapper_parameters() if warming_up else list(self.network.parameters())
        self.optimiser = torch.optim.Adam(parameters, lr=settings.rate if warming_up else settings.joint_rate)

    def save(self) -> None:
        """Write the run's checkpoint; the first process does."""
        if not is_first():
            return
        content = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "cars": self.cars,
        }
        save_checkpoint(checkpoint_path(self.settings.run), self.identity, content)

    def load(self) -> bool:
        """Go on from the run's checkpoint; False where there is none."""
        path = checkpoint_path(self.settings.run)
        if not path.exists():
            return False
        stored = load_checkpoint(path, self.identity)
        load_weights(self.network, stored["network"], path)
        self.step = stored["step"]
        self._begin_phase()
        if self.step != self.settings.warm_up:
            self.optimiser.load_state_dict(stored["optimiser"])
        return True

    def learn(self) -> dict[str, float]:
        """One step of the current phase; returns its terms."""
        if self.step == self.settings.warm_up:
            self._begin_phase()
        random = np.random.default_rng((self.settings.seed, self.step))
        share = share_of(min(self.settings.batch, len(self.samples)), "[disentangle] batch")
        rows = torch.from_numpy(random.choice(len(self.samples), share.total, replace=False))
        terms = self._warm_up_terms(share.of(rows)) if self.warming_up else self._joint_terms(rows, random, share)
        stacked = torch.stack(list(terms.values()))
        self.optimiser.zero_grad(set_to_none=True)
        stacked.sum().backward()
        found = stacked.detach().clone()
        collective.average_([found, *collective.gradients_of(self.network.parameters())])
        if not torch.isfinite(found).all():
            raise StageError(
                f"The loss is not finite at step {self.step}. The last checkpoint is intact; lower the rate and run "
                "again."
            )
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        return dict(zip(terms, found.cpu().tolist(), strict=True))

    def _codes(self, rows: Tensor) -> Tensor:
        samples = self.samples
        background = self.network.background.encode(self._of(samples.around, rows))
        return self.network.codes(
            *(self._of(part, rows) for part in (samples.view, samples.offsets, samples.texture)), background
        )

    def _of(self, part: Tensor, rows: Tensor) -> Tensor:
        """Some rows of the samples on the network's device."""
        return moved(part[rows], self.device)

    def _difference(self, codes: Tensor, rows: Tensor) -> Tensor:
        """|w - w*|^2 in units of the codes' spread."""
        return ((codes - self._of(self.samples.w_plus, rows)) / moved(self.space.spread, self.device)).square().mean()

    def _warm_up_terms(self, rows: Tensor) -> dict[str, Tensor]:
        return {
            "code": self._difference(self._codes(rows), rows),
            "entropy": self.settings.weights.entropy * self.network.mapper_content.entropy(),
        }

    def _joint_terms(self, rows: Tensor, random: np.random.Generator, share: Share) -> dict[str, Tensor]:
        """The batch as it is, and the batch with viewpoints, shapes, textures exchanged before the same backgrounds."""
        weights, network, samples = self.settings.weights, self.network, self.samples
        exchanged = [rows[torch.from_numpy(random.permutation(len(rows)))] for _ in range(3)]
        rows, shapes, textures, views = (share.of(chosen) for chosen in (rows, *exchanged))
        own = self._codes(rows)
        background = network.background.encode(self._of(samples.around, rows))
        mixed = network.codes(
            self._of(samples.view, views),
            self._of(samples.offsets, shapes),
            self._of(samples.texture, textures),
            background,
        )
        pictures = network.generator.draw(torch.cat([own, mixed]))
        with torch.no_grad():
            masks = moved(torch.from_numpy(self.mask_of(pictures.clamp(0, 1).cpu() * 2 - 1))[:, None], self.device)
        seen = self.f(crops_of(pictures, masks))
        wanted_shape = self._of(samples.offsets, torch.cat([rows, shapes]))
        wanted_texture = self._of(samples.texture, torch.cat([rows, textures]))
        came_back = network.background.encode(surroundings_of(pictures, masks))
        first, second = came_back.chunk(2)
        wanted_code = background.detach().repeat(2, 1)
        target = moved(samples.picture(rows), self.device)
        return {
            "shape": weights.shape * (seen.vertices - self.f.mean - wanted_shape).norm(dim=-1).mean(),
            "texture": weights.texture * (seen.texture - wanted_texture).abs().mean(),
            "background": weights.background
            * ((came_back - wanted_code).square().mean() + (first - second).square().mean()),
            "entropy": weights.entropy * network.mapper_content.entropy(),
            "picture": weights.picture * (pictures[: len(rows)] - target[:, :3]).abs().mean(),
            "code": weights.code * self._difference(own, rows),
        }


def train(trainer: Trainer, on_checkpoint: Callable[[], None]) -> None:
    """Train until both phases are over.

    Ctrl-C or SIGTERM: the step under way is ended and saved, then KeyboardInterrupt is raised.
    """
    settings = trainer.settings
    settings.run.mkdir(parents=True, exist_ok=True)
    last_saved = time.monotonic()
    values: dict[str, list[float]] = {}
    with held_back() as asked_to_stop:
        collective.start_alike(trainer.network.state_dict().values(), trainer.step)
        while trainer.step < settings.warm_up + settings.joint:
            save = time.monotonic() - last_saved > settings.checkpoint_seconds
            turn = collective.agreed(asked_to_stop.is_set(), save, 0.0)
            if turn.stop:
                trainer.save()
                collective.barrier()
                raise KeyboardInterrupt
            if turn.save:
                trainer.save()
                if is_first():
                    on_checkpoint()
                last_saved = time.monotonic()
            phase = "warm-up" if trainer.warming_up else "joint"
            for name, value in trainer.learn().items():
                values.setdefault(name, []).append(value)
            if trainer.step % settings.log_every == 0 or trainer.step == settings.warm_up:
                append_log(settings.run, {"step": trainer.step, "phase": phase}, values)
                values = {}
        trainer.save()
    if is_first():
        on_checkpoint()
