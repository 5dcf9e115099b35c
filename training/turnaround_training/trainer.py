"""The loop that trains segmenter, encoder, texture network and f (stage inverse): resumable, seeded, logged.

The batch of step k is made from a generator seeded with (seed, k), so a resumed run continues the same sequence; with
several processes (processes.py) each makes its part of the batch, seeded with (seed, k, rank). Progress runs from 0 to
1 over the seconds spent training (all starts together) or the steps, whichever is further, and drives the learning
rate, so a run ends when its time ends.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from turnaround_training import collective, processes
from turnaround_training.checkpoint import Identity, load_checkpoint, load_weights, save_checkpoint
from turnaround_training.device import AUTOMATIC, choose_device, device_of, moved
from turnaround_training.errors import StageError, disk_is_full
from turnaround_training.interruption import held_back
from turnaround_training.sections import read_section

Batch = dict[str, torch.Tensor]
MakeBatch = Callable[[np.random.Generator, float], Batch]
Losses = Callable[[torch.nn.Module, Batch], dict[str, torch.Tensor]]


@dataclass(frozen=True)
class TrainingPlan:
    """How long and how fast: read from a config section.

    start: file of `keep` (or another run's folder) whose weights a run without a checkpoint begins with. learning_rate
    and weight_decay are AdamW's, average_decay is of the moving average, per step; seed is that of first weights and
    batches, threads are PyTorch's.
    """

    run: Path
    start: str = ""
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
    device: str = AUTOMATIC

    @staticmethod
    def from_section(section: dict, where: str, own: Iterable[str] = ()) -> "TrainingPlan":
        """The plan in config section `where`; keys in `own` are the stage's, StageError names any others."""
        if "run" not in section:
            raise StageError(f"[{where}] needs run = \"folder for checkpoints and logs\".")
        plan = read_section(TrainingPlan, {key: section[key] for key in section.keys() - set(own)}, where)
        if min(plan.seconds, plan.steps, plan.warm_up_steps, plan.log_every) <= 0:
            raise StageError(f"[{where}] seconds, steps, warm_up_steps and log_every must be positive.")
        return plan


class TrainingState:
    """Network, optimiser, moving average and counters; saved and loaded as one checkpoint."""

    def __init__(self, network: torch.nn.Module, plan: TrainingPlan):
        self.network = network.to(choose_device(plan.device), memory_format=torch.channels_last)
        decayed = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
        others = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": plan.weight_decay}, {"params": others, "weight_decay": 0.0}],
            plan.learning_rate,
        )
        self.average = {key: value.detach().clone() for key, value in network.state_dict().items()}
        self.step = 0
        self.elapsed = 0.0
        self.optimiser_begun = 0
        """The step at which the optimiser was new: its rate is warmed up from there."""
        self.cars: set[str] | None = set()
        """What training has seen; None when an earlier version's checkpoint didn't say."""

    def follow(self, decay: float) -> None:
        """Move the averaged weights towards the network's; early on faster, so that the start is forgotten."""
        rate = 1 - min(decay, (1 + self.step) / (10 + self.step))
        for key, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[key].lerp_(value, rate)
            else:
                self.average[key].copy_(value)

    def save(self, path: Path, identity: Identity) -> None:
        """Write the checkpoint at once, so that nobody meets half a file; the first process does."""
        if not processes.is_first():
            return
        content = {
            "network": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
            "optimiser_begun": self.optimiser_begun,
            "cars": None if self.cars is None else sorted(self.cars),
        }
        save_checkpoint(path, identity, content)

    def load(self, path: Path, identity: Identity) -> None:
        """Continue from a checkpoint; raises StageError where it belongs to another configuration."""
        stored = load_checkpoint(path, identity)
        self._take_weights(stored, path)
        self.optimiser.load_state_dict(stored["optimiser"])
        self.step, self.elapsed = stored["step"], stored["elapsed"]
        self.optimiser_begun = stored.get("optimiser_begun", 0)

    def start(self, path: Path, identity: Identity, plan: TrainingPlan) -> None:
        """Begin with kept weights: at the step that they have reached where the plan goes on after it, else at step 0.

        A state without its optimiser, or one whose plan begins anew, takes a new one.
        """
        stored = load_checkpoint(path, identity)
        self._take_weights(stored, path)
        self.step, self.elapsed = stored["step"], stored["elapsed"]
        if progress_of(self, plan) >= 1.0:
            self.step, self.elapsed = 0, 0.0
        elif "optimiser" in stored:
            self.optimiser.load_state_dict(stored["optimiser"])
            self.optimiser_begun = stored.get("optimiser_begun", 0)
            return
        self.optimiser_begun = self.step

    def _take_weights(self, stored: dict, path: Path) -> None:
        load_weights(self.network, stored["network"] if "network" in stored else stored["average"], path)
        for key, value in (stored["average"] if "average" in stored else stored["network"]).items():
            self.average[key].copy_(value)
        self.cars = None if stored.get("cars") is None else set(stored["cars"])


def checkpoint_path(run: Path) -> Path:
    """Where a run keeps its checkpoint; a file that was kept (kept.py) stands for its run."""
    return run if run.is_file() else run / "checkpoint.pt"


def load_average(network: torch.nn.Module, run: Path, identity: Identity) -> torch.nn.Module:
    """Put the averaged weights of a run's checkpoint into a network, for export and evaluation."""
    path = checkpoint_path(run)
    load_weights(network, load_checkpoint(path, identity)["average"], path)
    return network.eval()


def cars_seen(run: Path, identity: Identity) -> list[str] | None:
    """Cars that a run's training has seen; None where its checkpoint comes from before they were noted."""
    return load_checkpoint(checkpoint_path(run), identity).get("cars")


def train(
    network: torch.nn.Module,
    plan: TrainingPlan,
    make_batch: MakeBatch,
    losses: Losses,
    identity: Identity,
    cars: Iterable[str] = (),
    on_checkpoint: Callable[[torch.nn.Module, int], None] | None = None,
) -> TrainingState:
    """Train until the plan's seconds or steps are used up; returns the final state, also saved.

    Args:
        make_batch: (generator, progress 0..1) -> tensors by name, this process's part of the batch along their first
            axis; runs in a second thread.
        losses: (network, batch) -> named scalar losses; their sum is minimised.
        identity: of the checkpoint (checkpoint.identity_of); another one's checkpoint is refused.
        cars: what the batches show, noted in the checkpoint for the credits.
        on_checkpoint: (network with the averaged weights, step), after each checkpoint, for sample sheets; in the first
            process alone.
    Raises StageError where a loss is not finite, KeyboardInterrupt (saved) where Ctrl-C or SIGTERM asked to stop.
    """
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed + processes.rank())
    state = TrainingState(network, plan)
    checkpoint = checkpoint_path(plan.run)
    if checkpoint.exists():
        state.load(checkpoint, identity)
    elif plan.start:
        state.start(checkpoint_path(Path(plan.start)), identity, plan)
        print(f"{plan.run} begins with {plan.start}, at step {state.step}", flush=True)
    collective.start_alike([*network.state_dict().values(), *state.average.values()], state.step)
    state.cars = None if state.cars is None else state.cars | set(cars)
    plan.run.mkdir(parents=True, exist_ok=True)
    started, elapsed_before, last_saved = time.monotonic(), state.elapsed, time.monotonic()
    seen: dict[str, list[float]] = {}
    network.train()
    with held_back() as asked_to_stop:
        for batch in _prefetched(state, plan, make_batch):
            terms = _learn(state, plan, losses, batch)
            now = time.monotonic()
            save = now - last_saved > plan.checkpoint_seconds
            turn = collective.agreed(asked_to_stop.is_set(), save, elapsed_before + now - started)
            state.elapsed = turn.seconds
            for key, value in terms.items():
                seen.setdefault(key, []).append(value)
            if state.step % plan.log_every == 0:
                append_log(plan.run, {"step": state.step, "seconds": round(state.elapsed, 1)}, seen)
                seen.clear()
            if turn.stop:
                state.save(checkpoint, identity)
                collective.barrier()
                raise KeyboardInterrupt
            if turn.save:
                state.save(checkpoint, identity)
                _call_with_average(state, on_checkpoint)
                last_saved = time.monotonic()
        state.save(checkpoint, identity)
    _call_with_average(state, on_checkpoint)
    return state


def _learn(state: TrainingState, plan: TrainingPlan, losses: Losses, batch: Batch) -> dict[str, float]:
    """One step; returns the losses by name."""
    _set_learning_rate(state, plan)
    terms = losses(state.network, moved(batch, device_of(state.network)))
    values = torch.stack([value.detach().float() for value in terms.values()])
    state.optimiser.zero_grad(set_to_none=True)
    sum(terms.values()).backward()
    gradients = collective.gradients_of(state.network.parameters())
    collective.average_([values, *gradients, *collective.statistics_of(state.network)])
    found = dict(zip(terms, values.cpu().tolist(), strict=True))
    if not np.isfinite(list(found.values())).all():
        raise StageError(
            f"The loss is not finite at step {state.step}: {found}. The last checkpoint is intact; lower learning_rate "
            "and run again."
        )
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), 5.0)
    state.optimiser.step()
    state.step += 1
    state.follow(plan.average_decay)
    return found


def append_log(run: Path, entry: dict, values: dict[str, list[float]]) -> None:
    """Add the entry and the means of values by name to a run's log.jsonl as one line; the first process does.

    Raises StageError when the disk is full.
    """
    if not processes.is_first():
        return
    path, means = run / "log.jsonl", {name: round(float(np.mean(numbers)), 5) for name, numbers in values.items()}
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(json.dumps({**entry, **means}) + "\n")
    except OSError as error:
        if disk_is_full(error):
            raise StageError(f"The disk is full: {path} can't grow; the last checkpoint is kept. Free space.") from None
        raise


def progress_of(state: TrainingState, plan: TrainingPlan) -> float:
    """Share of the plan that is done, 0..1."""
    return min(1.0, max(state.elapsed / plan.seconds, state.step / plan.steps))


def _set_learning_rate(state: TrainingState, plan: TrainingPlan) -> None:
    warm_up = min(1.0, (state.step - state.optimiser_begun + 1) / plan.warm_up_steps)
    falling = 0.02 + 0.98 * (0.5 + 0.5 * np.cos(np.pi * progress_of(state, plan)))
    for group in state.optimiser.param_groups:
        group["lr"] = plan.learning_rate * warm_up * falling


def _prefetched(state: TrainingState, plan: TrainingPlan, make_batch: MakeBatch) -> Iterator[Batch]:
    """Batches from the current step on, made in a second thread while the network computes."""
    ready: queue.Queue = queue.Queue(maxsize=2)
    stop = threading.Event()

    def hand_over(item: Batch | BaseException) -> None:
        while not stop.is_set():
            try:
                return ready.put(item, timeout=0.2)
            except queue.Full:
                continue

    def produce() -> None:
        step = state.step
        try:
            while not stop.is_set():
                hand_over(make_batch(processes.random_of(plan.seed, step), progress_of(state, plan)))
                step += 1
        except BaseException as error:
            hand_over(error)

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
    if call is None or not processes.is_first():
        return
    trained = {key: value.detach().clone() for key, value in state.network.state_dict().items()}
    state.network.load_state_dict(state.average)
    state.network.eval()
    with torch.no_grad():
        call(state.network, state.step)
    state.network.load_state_dict(trained)
    state.network.train()
