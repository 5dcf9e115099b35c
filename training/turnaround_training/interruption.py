"""Ctrl-C and SIGTERM wait for the end of a training step, so that what is saved is always whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from turnaround_training import processes


@contextmanager
def held_back(every: bool = False) -> Iterator[threading.Event]:
    """While inside, the first SIGINT or SIGTERM only sets the event; a second one raises KeyboardInterrupt.

    every: all of them only set it. So it is too where a run has several processes: torchrun passes on the Ctrl-C that
    the terminal has already given to each, and all stop after the same step. Outside the main thread, where no handler
    may be set, the event is never set.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def hear(*_: object) -> None:
        if asked.is_set() and not every and processes.count() == 1:
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
