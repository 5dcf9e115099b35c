"""Starts and ends a headless Chromium on SwiftShader."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
    """Run the browser on a page with a profile of its own; ends the browser and its children on leaving."""
    executable = shutil.which(program)
    if executable is None:
        raise StageError(f"No browser {program}. Install Debian's chromium or set [render] chromium to one.")
    profile = Path(tempfile.mkdtemp(prefix="turnaround-render-"))
    process = subprocess.Popen(
        [executable, *FLAGS, f"--user-data-dir={profile}", url],
        stdout=subprocess.DEVNULL,
        stderr=(profile / "browser.log").open("wb"),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(profile, ignore_errors=True)
