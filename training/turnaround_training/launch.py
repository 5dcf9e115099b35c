"""Option ``--processes N``: starts N processes of a stage on this machine, as torchrun does, and answers as one would.

Where torchrun answers every failure with 1 and a report of its own, this passes the processes' own exit code on (130
after Ctrl-C) and adds no word. Several machines, and restarts, are torchrun's business.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

GRACE = 60.0
"""Seconds that the others have to end themselves when one has failed."""
LOOK_EVERY = 0.1
STOPPED = 130


def launch(arguments: Sequence[str], processes: int) -> int:
    """Run ``python -m turnaround_training ARGUMENTS`` in several processes. Returns 0, 1, or 130 after a stop.

    They stand in a session of their own, so that Ctrl-C reaches each once, from here; SIGTERM too is passed on.
    """
    command = [sys.executable, "-m", "turnaround_training", *arguments]
    port = str(_free_port())
    shared = {**os.environ, "WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    shared.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // processes)))
    started: list[subprocess.Popen] = []

    def pass_on(number: int, _: object) -> None:
        for process in started:
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for rank in range(processes):
            own = {**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)}
            started.append(subprocess.Popen(command, env=own, start_new_session=True))
        return _answer(_wait(started))
    finally:
        for process in started:
            process.kill()
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(started: list[subprocess.Popen]) -> list[int]:
    """Exit codes of all; those that go on long after one has failed are killed."""
    patience: float | None = None
    while any(process.poll() is None for process in started):
        if patience is None and any(process.returncode for process in started):
            patience = time.monotonic() + GRACE
        if patience is not None and time.monotonic() > patience:
            for process in started:
                process.kill()
        time.sleep(LOOK_EVERY)
    return [process.returncode for process in started]


def _answer(codes: list[int]) -> int:
    if not any(codes):
        return 0
    return STOPPED if STOPPED in codes or -signal.SIGINT in codes else 1


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
