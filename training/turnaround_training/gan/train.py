"""The training loop: phases, logs, checkpoints and sheets; Ctrl-C and SIGTERM save and end."""

from __future__ import annotations

import time

import torch

from turnaround_training import collective
from turnaround_training.checkpoint import save_checkpoint
from turnaround_training.gan.pictures import Pictures
from turnaround_training.gan.settings import Phase
from turnaround_training.gan.sheet import write_sheet
from turnaround_training.gan.trainer import Trainer
from turnaround_training.interruption import held_back
from turnaround_training.processes import is_first
from turnaround_training.trainer import append_log


def keep_generator(trainer: Trainer) -> None:
    """Write the averaged generator as it is after `seen` pictures, for measuring later."""
    if not is_first():
        return
    path = trainer.settings.run / f"generator-{trainer.seen:08d}.pt"
    state = {
        "average": trainer.average.state_dict(),
        "seen": trainer.seen,
        "size": trainer.size,
        "cars": sorted(trainer.cars),
    }
    save_checkpoint(path, trainer.identity(), state)


def _keep(trainer: Trainer, phase: Phase, fade: float) -> None:
    if not is_first():
        return
    trainer.save()
    run = trainer.settings.run
    write_sheet(run / f"sheet-{trainer.seen:08d}.png", trainer.average, phase.size, fade)


def train(trainer: Trainer, pictures: Pictures) -> None:
    """Train until the phases are over; raises KeyboardInterrupt, saved, where a signal asks to stop."""
    settings = trainer.settings
    torch.set_num_threads(settings.threads)
    settings.run.mkdir(parents=True, exist_ok=True)
    values: dict[str, list[float]] = {}
    last_saved = last_logged = time.monotonic()
    logged_seen = trainer.seen
    collective.start_alike(trainer.weights(), trainer.seen + len(pictures))
    with held_back() as stop:
        while (current := settings.phase_at(trainer.seen)) is not None:
            phase, fade = current
            save = time.monotonic() - last_saved > settings.checkpoint_minutes * 60
            turn = collective.agreed(stop.is_set(), save, trainer.seconds)
            if turn.stop:
                trainer.save()
                collective.barrier()
                raise KeyboardInterrupt
            if turn.save:
                _keep(trainer, phase, fade)
                last_saved = time.monotonic()
            begun, before = time.monotonic(), trainer.seen
            for name, value in trainer.learn(pictures, phase, fade).items():
                values.setdefault(name, []).append(value)
            now = time.monotonic()
            trainer.seconds += now - begun
            if any(before < mark <= trainer.seen for mark in settings.milestones):
                keep_generator(trainer)
            if now - last_logged > settings.log_seconds:
                entry = {
                    "seen": trainer.seen, "seconds": round(trainer.seconds), "size": phase.size, "fade": round(fade, 3),
                    "pictures_per_second": round((trainer.seen - logged_seen) / (now - last_logged), 2),
                }  # fmt: skip
                append_log(settings.run, entry, values)
                values, last_logged, logged_seen = {}, now, trainer.seen
    _keep(trainer, settings.phases[-1], 1.0)
    keep_generator(trainer)
