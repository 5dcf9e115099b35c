"""Two processes of one run on the CPU: the same weights in both and as of one alone, one log, one error."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import processes_worker as worker
from gan_standin import write_pictures
from turnaround_training import collective, launch, processes
from turnaround_training.checkpoint import load_checkpoint
from turnaround_training.errors import StageError
from turnaround_training.gan.load import load_trained
from turnaround_training.gan.settings import read_settings
from turnaround_training.sections import load_config
from turnaround_training.trainer import checkpoint_path

HERE = Path(__file__).parent
SECONDS = 240


def environment(**more):
    path = os.pathsep.join([str(HERE.parent), str(HERE)])
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "TURNAROUND_DEVICE": "cpu", **more}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def started(scenario, folder):
    """Two processes as torchrun starts them."""
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    return [
        subprocess.Popen(
            [sys.executable, str(HERE / "processes_worker.py"), scenario, str(folder)],
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(RANK=str(rank), LOCAL_RANK=str(rank), **shared),
        )
        for rank in range(2)
    ]


def ended(pair):
    """Exit codes and what both printed."""
    said = [process.communicate(timeout=SECONDS) for process in pair]
    return [process.returncode for process in pair], [out for out, _ in said], "".join(err for _, err in said)


def both_shares(generator, progress):
    """What two processes draw for the same step, as one batch."""
    step = both_shares.step
    both_shares.step += 1
    parts = [worker.rows_of(np.random.default_rng((1, step, rank)), worker.BATCH // 2) for rank in range(2)]
    return {"x": torch.cat([part["x"] for part in parts])}


def test_two_learn_what_one_learns(tmp_path):
    write_pictures(tmp_path / "png", 8)
    codes, out, err = ended(started("learn", tmp_path))
    assert codes == [0, 0], err
    assert out == ["at work\n", ""]
    first, second = (torch.load(tmp_path / f"learned-{rank}.pt") for rank in range(2))
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "png").symlink_to(tmp_path / "png")
    both_shares.step = 0
    one = worker.learned(alone, both_shares)
    assert one.keys() == first.keys()
    for name, value in one.items():
        assert torch.allclose(value.double(), first[name].double(), rtol=2e-3, atol=2e-4), (
            name,
            (value - first[name]).abs().max(),
        )
    assert not torch.equal(one["tiny 0.weight"], worker.network()[0].weight)
    logs = [
        [json.loads(line) for line in (folder / "tiny" / "log.jsonl").read_text().splitlines()]
        for folder in (tmp_path, alone)
    ]
    assert [entry["step"] for entry in logs[0]] == [1, 2, 3, 4, 5, 6]
    assert [entry["error"] for entry in logs[0]] == pytest.approx([entry["error"] for entry in logs[1]], abs=2e-5)


def test_a_signal_to_one_stops_both_after_the_same_step(tmp_path):
    codes, _, err = ended(started("interrupt", tmp_path))
    assert codes == [130, 130], err
    assert err.count("stopped; run the same command again") == 1
    assert [(tmp_path / f"steps-{rank}").read_text() for rank in range(2)] == ["3", "3"]
    assert load_checkpoint(checkpoint_path(tmp_path / "tiny"), worker.IDENTITY)["step"] == 3
    both_shares.step = 3
    resumed = worker.learn_tiny(tmp_path, both_shares)
    both_shares.step = 0
    straight = worker.learn_tiny(tmp_path / "straight", both_shares)
    assert resumed.step == 6
    for name, value in straight.network.state_dict().items():
        assert torch.allclose(value, resumed.network.state_dict()[name], atol=1e-5), name


def test_one_that_fails_ends_both_with_one_error(tmp_path):
    codes, _, err = ended(started("fail", tmp_path))
    assert codes == [1, 1]
    assert err == "tiny: No picture in the drawer.\n"


def gan_toml(folder, first_until):
    return f"""
[gan]
pictures = ["{folder / "png"}"]
run = "{folder / "run"}"
log_seconds = 0.0
architecture = {{ size = 16, width = 16, base = 128, channels = 16, mapping_layers = 2 }}
phases = [
    {{ until = {first_until}, size = 8, batch = 4, r1 = 0.1 }},
    {{ until = {first_until + 8}, size = 16, batch = 4, r1 = 0.1 }},
]
"""


def test_torchrun_trains_a_stage(tmp_path):
    write_pictures(tmp_path / "png", 8)
    config = tmp_path / "gan.toml"
    config.write_text(gan_toml(tmp_path, 16))
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", free_port()]
    # --redirects and --tee: their defaults fail in PyTorch 1.13 with Python 3.11.
    command += ["--redirects", "1", "--tee", "1", "--log_dir", str(tmp_path / "logs")]
    command += ["-m", "turnaround_training", "gan", "--config", str(config)]
    done = subprocess.run(command, text=True, capture_output=True, env=environment(), timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[2] for line in done.stdout.splitlines()] == ["gan: 8 pictures; starting at 0 shown"]
    seen = [json.loads(line)["seen"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert seen == [4, 8, 12, 16, 20, 24]
    assert load_trained(read_settings(load_config(config))).seen == 24


def launched(config):
    command = [sys.executable, "-m", "turnaround_training", "gan", "--config", str(config), "--processes", "2"]
    return subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), start_new_session=True
    )


def test_our_own_launcher_passes_ctrl_c_and_exit_codes_on(tmp_path):
    write_pictures(tmp_path / "png", 8)
    config = tmp_path / "gan.toml"
    config.write_text(gan_toml(tmp_path, 10**9))
    process = launched(config)
    log = tmp_path / "run" / "log.jsonl"
    begun = time.monotonic()
    while not log.exists() or log.stat().st_size < 1000:
        assert process.poll() is None and time.monotonic() < begun + SECONDS
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (
        130,
        "gan: 8 pictures; starting at 0 shown\n",
        "gan: stopped; run the same command again to go on.\n",
    )
    seen = torch.load(tmp_path / "run" / "checkpoint.pt")["seen"]
    assert seen >= json.loads(log.read_text().splitlines()[-1])["seen"] > 0
    config.write_text(gan_toml(tmp_path, 10**9).replace("batch = 4", "batch = 3"))
    process = launched(config)
    out, err = process.communicate(timeout=SECONDS)
    said = "batch = 3 can't be shared evenly among 2 processes; it counts the batch of all of them."
    assert process.returncode == 1 and err == f"gan: [[gan.phases]] {said}\n"
    assert launch._answer([0, 0]) == 0 and launch._answer([0, -9]) == 1


class Told:
    """A store that two processes write to."""

    def __init__(self):
        self.told = 0

    def add(self, key, amount):
        self.told += amount
        return self.told


@pytest.fixture
def one_of_two(monkeypatch):
    monkeypatch.setattr(processes, "_joined", processes.Joined(1, 2, torch.device("cpu"), Told()))


def test_shares_are_even_and_keep_groups_together(one_of_two):
    assert processes.share_of(8, "batch").of(np.arange(8)).tolist() == [1, 3, 5, 7]
    assert processes.share_of(4, "batch").of(torch.arange(8).reshape(2, 4), 1).tolist() == [[1, 3], [5, 7]]
    assert processes.part_of(8, "batch") == 4
    with pytest.raises(StageError, match="batch = 3 can't be shared evenly among 2"):
        processes.share_of(3, "batch")


def test_only_the_first_to_ask_tells(one_of_two):
    assert [processes.may_tell() for _ in range(3)] == [True, False, False]


def test_stages_of_one_process_say_so(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(processes, "_joined", None)
    monkeypatch.setattr(processes, "_meet", lambda device: processes.Joined(0, 2, torch.device("cpu"), Told()))
    with pytest.raises(StageError, match="render runs in one process"), processes.together("cpu", "render", False):
        raise AssertionError


def test_alone_everything_is_its_own():
    values = torch.ones(2)
    collective.average_([values])
    collective.start_alike([values], 3)
    assert collective.mean_of({"a": 2.0}) == {"a": 2.0} and collective.agreed(True, False, 4.0) == (True, False, 4.0)
    assert processes.random_of(3, 4).random() == np.random.default_rng((3, 4)).random()
