"""Starts and ends a headless Chromium on SwiftShader."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator

from turnaround_training.errors import StageError

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-dev-shm-usage",
)


@contextlib.contextmanager
def open_browser(url: str, program: str) -> Iterator[subprocess.Popen]:
    """Run the browser on a page with a profile of its own; ends the browser and its children on leaving.

    Raises StageError where there is no such program.
    """
    executable = shutil.which(program)
    if executable is None:
        raise StageError(f"No browser {program}. Install Debian's chromium or set [render] chromium to one.")
    with tempfile.TemporaryDirectory(prefix="turnaround-render-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [executable, *FLAGS, f"--user-data-dir={profile}", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process, signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                _end(process, signal.SIGKILL)
                process.wait()


def _end(process: subprocess.Popen, number: signal.Signals) -> None:
    """Signal the browser and its children, if they are still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
