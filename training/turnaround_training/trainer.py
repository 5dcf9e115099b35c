"""The loop that trains the segmenter, the encoder and the texture network: resumable, seeded, logged.

The batch of step k is made from a generator seeded with (seed, k), so a resumed run continues the
same sequence. Progress runs from 0 to 1 over the seconds spent training (all runs together) or the
steps, whichever is further, and drives the learning rate, so a run ends when its time ends.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from turnaround_training.errors import StageError

Batch = dict[str, torch.Tensor]
MakeBatch = Callable[[np.random.Generator, float], Batch]
Losses = Callable[[torch.nn.Module, Batch], dict[str, torch.Tensor]]


@dataclass(frozen=True)
class TrainingPlan:
    """How long and how fast: read from a config section."""

    run: Path
    seconds: float = 3600.0
    steps: int = 1_000_000
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warm_up_steps: int = 200
    checkpoint_seconds: float = 300.0
    log_every: int = 50
    average_decay: float = 0.999
    seed: int = 1
    threads: int = 1

    @staticmethod
    def from_section(section: dict) -> "TrainingPlan":
        """Take the known keys of a config section; the others belong to the stage itself."""
        if "run" not in section:
            raise StageError("The config section of this stage needs run = \"folder for checkpoints and logs\".")
        known = {key: section[key] for key in TrainingPlan.__dataclass_fields__ if key in section}
        return TrainingPlan(**{**known, "run": Path(section["run"])})


class TrainingState:
    """Network, optimiser, moving average and counters; saved and loaded as one checkpoint."""

    def __init__(self, network: torch.nn.Module, plan: TrainingPlan):
        self.network = network.to(memory_format=torch.channels_last)
        decayed = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
        others = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": plan.weight_decay}, {"params": others, "weight_decay": 0.0}],
            plan.learning_rate,
        )
        self.average = {key: value.detach().clone() for key, value in network.state_dict().items()}
        self.step = 0
        self.elapsed = 0.0

    def follow(self, decay: float) -> None:
        """Move the averaged weights towards the network's; early on faster, so that the start is forgotten."""
        rate = 1 - min(decay, (1 + self.step) / (10 + self.step))
        for key, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[key].lerp_(value, rate)
            else:
                self.average[key].copy_(value)

    def save(self, path: Path) -> None:
        """Write the checkpoint at once: a reader or a crash never meets half a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        torch.save(
            {
                "network": self.network.state_dict(), "average": self.average, "optimiser": self.optimiser.state_dict(),
                "step": self.step, "elapsed": self.elapsed,
            },
            temporary,
        )
        os.replace(temporary, path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint."""
        stored = torch.load(path, map_location="cpu")
        self.network.load_state_dict(stored["network"])
        self.average = stored["average"]
        self.optimiser.load_state_dict(stored["optimiser"])
        self.step, self.elapsed = stored["step"], stored["elapsed"]


def load_average(network: torch.nn.Module, run: Path) -> torch.nn.Module:
    """Put the averaged weights of a run's checkpoint into a network, for export and evaluation."""
    path = run / "checkpoint.pt"
    if not path.exists():
        raise StageError(f"No checkpoint at {path}. Run the training stage first.")
    network.load_state_dict(torch.load(path, map_location="cpu")["average"])
    return network.eval()


def train(
    network: torch.nn.Module,
    plan: TrainingPlan,
    make_batch: MakeBatch,
    losses: Losses,
    on_checkpoint: Callable[[torch.nn.Module, int], None] | None = None,
) -> TrainingState:
    """Train until the plan's seconds or steps are used up; returns the final state, also saved.

    Args:
        make_batch: (generator, progress 0..1) -> tensors with the batch in front; runs in a second thread.
        losses: (network, batch) -> named scalar losses; their sum is minimised.
        on_checkpoint: called with a copy-free averaged network after each checkpoint (sample sheets).
    """
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    state = TrainingState(network, plan)
    checkpoint = plan.run / "checkpoint.pt"
    if checkpoint.exists():
        state.load(checkpoint)
    plan.run.mkdir(parents=True, exist_ok=True)
    started, elapsed_before, last_saved = time.monotonic(), state.elapsed, time.monotonic()
    sums: dict[str, float] = {}
    network.train()
    with (plan.run / "log.jsonl").open("a", encoding="utf-8") as log, _saved_when_stopped(state, checkpoint):
        for batch in _prefetched(state, plan, make_batch):
            _set_learning_rate(state, plan)
            terms = losses(network, batch)
            total = sum(terms.values())
            if not torch.isfinite(total):
                raise StageError(f"Loss is not finite at step {state.step}: { {k: float(v) for k, v in terms.items()} }.")
            state.optimiser.zero_grad(set_to_none=True)
            total.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            state.optimiser.step()
            state.step += 1
            state.elapsed = elapsed_before + time.monotonic() - started
            state.follow(plan.average_decay)
            for key, value in terms.items():
                sums[key] = sums.get(key, 0.0) + float(value.detach())
            if state.step % plan.log_every == 0:
                means = {key: round(value / plan.log_every, 5) for key, value in sums.items()}
                log.write(json.dumps({"step": state.step, "seconds": round(state.elapsed, 1), **means}) + "\n")
                log.flush()
                sums.clear()
            if time.monotonic() - last_saved > plan.checkpoint_seconds:
                state.save(checkpoint)
                _call_with_average(state, on_checkpoint)
                last_saved = time.monotonic()
    state.save(checkpoint)
    _call_with_average(state, on_checkpoint)
    return state


@contextmanager
def _saved_when_stopped(state: TrainingState, checkpoint: Path) -> Iterator[None]:
    """Keep what was learned when a person stops the run."""
    try:
        yield
    except KeyboardInterrupt:
        state.save(checkpoint)
        raise


def progress_of(state: TrainingState, plan: TrainingPlan) -> float:
    """Share of the plan that is done, 0..1."""
    return min(1.0, max(state.elapsed / plan.seconds, state.step / plan.steps))


def _set_learning_rate(state: TrainingState, plan: TrainingPlan) -> None:
    warm_up = min(1.0, (state.step + 1) / plan.warm_up_steps)
    falling = 0.02 + 0.98 * (0.5 + 0.5 * np.cos(np.pi * progress_of(state, plan)))
    for group in state.optimiser.param_groups:
        group["lr"] = plan.learning_rate * warm_up * falling


def _prefetched(state: TrainingState, plan: TrainingPlan, make_batch: MakeBatch) -> Iterator[Batch]:
    """Batches from the current step on, made in a second thread while the network computes."""
    ready: queue.Queue = queue.Queue(maxsize=2)
    stop = threading.Event()

    def produce() -> None:
        step = state.step
        try:
            while not stop.is_set():
                item = make_batch(np.random.default_rng((plan.seed, step)), progress_of(state, plan))
                step += 1
                while not stop.is_set():
                    try:
                        ready.put(item, timeout=0.2)
                        break
                    except queue.Full:
                        continue
        except BaseException as error:
            ready.put(error)

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    try:
        while progress_of(state, plan) < 1.0:
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join(timeout=60)


def _call_with_average(state: TrainingState, call: Callable[[torch.nn.Module, int], None] | None) -> None:
    """Call with the averaged weights in the network, then put the trained ones back."""
    if call is None:
        return
    trained = {key: value.detach().clone() for key, value in state.network.state_dict().items()}
    state.network.load_state_dict(state.average)
    state.network.eval()
    with torch.no_grad():
        call(state.network, state.step)
    state.network.load_state_dict(trained)
    state.network.train()
