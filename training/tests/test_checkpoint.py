"""Checkpoints of another configuration, broken files, full disks, Ctrl-C: a clear error, the last checkpoint intact."""

import errno
import json
import os
import signal
import sys

import pytest
import torch

from turnaround_training import __main__ as command
from turnaround_training.checkpoint import identity_of, load_checkpoint, save_checkpoint
from turnaround_training.errors import StageError
from turnaround_training.trainer import TrainingPlan, checkpoint_path, load_average, train

IDENTITY = identity_of("tiny", size=3)


def network(width=3):
    torch.manual_seed(0)
    return torch.nn.Linear(width, 1)


def losses(model, batch):
    return {"error": (model(batch["x"]) - 1).square().mean()}


def batches(width=3):
    return lambda generator, progress: {"x": torch.from_numpy(generator.random((4, width), "f"))}


def run(folder, steps, identity=IDENTITY, width=3, losses=losses, **plan):
    settings = TrainingPlan(folder, steps=steps, **({"log_every": 1} | plan))
    return train(network(width), settings, batches(width), losses, identity, ["a car"])


def test_a_checkpoint_of_another_configuration_is_refused_and_kept(tmp_path):
    (tmp_path / "template").write_bytes(b"one")
    first = identity_of("tiny", tmp_path / "template", size=3)
    run(tmp_path / "run", 2, first)
    kept = checkpoint_path(tmp_path / "run").read_bytes()
    (tmp_path / "template").write_bytes(b"two")
    for other, named in (
        (identity_of("tiny", tmp_path / "template", size=3), "template"),
        ({**first, "size": 4}, "size 3 instead of 4"),
    ):
        with pytest.raises(StageError, match=named):
            run(tmp_path / "run", 3, other)
        with pytest.raises(StageError, match="another configuration"):
            load_average(network(), tmp_path / "run", other)
    with pytest.raises(StageError, match="size mismatch"):
        run(tmp_path / "run", 3, first, width=5)
    assert checkpoint_path(tmp_path / "run").read_bytes() == kept
    assert run(tmp_path / "run", 3, first).step == 3


def test_old_checkpoints_are_taken_and_said_to_be(tmp_path, capsys):
    torch.save({"step": 5}, tmp_path / "old.pt")
    assert load_checkpoint(tmp_path / "old.pt", IDENTITY) == {"step": 5}
    assert "holds no configuration" in capsys.readouterr().out


def test_a_broken_checkpoint_is_named(tmp_path):
    (tmp_path / "c.pt").write_bytes(b"half of a checkp")
    with pytest.raises(StageError, match="c.pt can't be read"):
        load_checkpoint(tmp_path / "c.pt", IDENTITY)


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_what_goes_wrong_while_saving_leaves_the_checkpoint_before(tmp_path, monkeypatch, failure):
    save_checkpoint(tmp_path / "c.pt", IDENTITY, {"step": 1})

    def fail(_):
        raise failure

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StageError if isinstance(failure, OSError) else KeyboardInterrupt):
        save_checkpoint(tmp_path / "c.pt", IDENTITY, {"step": 2})
    assert load_checkpoint(tmp_path / "c.pt", IDENTITY)["step"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["c.pt"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_step_saves_and_lets_go_on(tmp_path, number):
    def losses_with_signal(model, batch):
        if not (tmp_path / "sent").exists():
            (tmp_path / "sent").touch()
            signal.raise_signal(number)
        return losses(model, batch)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, 6, losses=losses_with_signal)
    assert load_checkpoint(checkpoint_path(tmp_path), IDENTITY)["step"] == 1
    state = run(tmp_path, 6)
    straight = run(tmp_path / "straight", 6)
    assert state.step == 6 and state.cars == {"a car"}
    for name, value in state.network.state_dict().items():
        assert torch.equal(value, straight.network.state_dict()[name]), name
    steps = [json.loads(line)["step"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert steps == [1, 2, 3, 4, 5, 6]


def test_a_log_that_a_stop_cut_short_holds_means_of_the_steps_there_were(tmp_path):
    def ones(model, batch):
        return {"error": losses(model, batch)["error"] * 0 + 1}

    run(tmp_path, 3, losses=ones, log_every=2)
    run(tmp_path, 4, losses=ones, log_every=2)
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(entry["step"], entry["error"]) for entry in entries] == [(2, 1.0), (4, 1.0)]


def test_a_loss_that_is_not_finite_leaves_the_checkpoint_before_and_says_what_to_do(tmp_path):
    run(tmp_path, 2)
    kept = checkpoint_path(tmp_path).read_bytes()
    with pytest.raises(StageError, match="not finite at step 2.*lower learning_rate"):
        run(tmp_path, 4, losses=lambda model, batch: {"error": losses(model, batch)["error"] * float("nan")})
    assert checkpoint_path(tmp_path).read_bytes() == kept


def test_a_batch_that_can_not_be_made_ends_the_run_with_its_error(tmp_path):
    def fail(generator, progress):
        raise StageError("No picture in the drawer.")

    with pytest.raises(StageError, match="drawer"):
        train(network(), TrainingPlan(tmp_path, steps=3), fail, losses, IDENTITY)


@pytest.mark.parametrize(
    "failure,code,said",
    [
        (StageError("No cars."), 1, "tiny: No cars."),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "disk is full"),
        (KeyboardInterrupt(), 130, "run the same command again"),
    ],
)
def test_the_command_says_what_went_wrong_in_one_line(capsys, failure, code, said):
    def work():
        raise failure

    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert command.guarded("tiny", work) == code
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
            signal.signal(number, handler)
    assert said in capsys.readouterr().err
    with pytest.raises(OSError, match="other"):
        command.guarded("tiny", lambda: (_ for _ in ()).throw(OSError(errno.EACCES, "other")))


def test_a_signal_amid_the_imports_waits_for_their_end(tmp_path, monkeypatch, capsys):
    (tmp_path / "slow_stage.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGINT)\nimported = True\n"
        "def run(config):\n    raise AssertionError\n"
    )
    (tmp_path / "c.toml").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(command.STAGES, "template", "slow_stage")
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert command.main(["template", "--config", str(tmp_path / "c.toml")]) == 130
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
            signal.signal(number, handler)
    assert sys.modules.pop("slow_stage").imported and "stopped" in capsys.readouterr().err
