"""Compiles the operator on first use (about ten seconds) and keeps it in build/ beside this file.

It is plain C++ behind ctypes rather than a torch extension: Debian's PyTorch comes without its C++ headers, and one
library serves every PyTorch.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from turnaround_training.errors import StageError

SOURCES = Path(__file__).parent / "csrc"
BUILDS = Path(__file__).parent / "build"
FLAGS = ("-std=c++17", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror")


@functools.cache
def load_library() -> ctypes.CDLL:
    """The compiled operator; raises StageError that says what to install where it can't be compiled."""
    compiler = os.environ.get("CXX", "g++")
    if shutil.which(compiler) is None:
        raise StageError(
            f"The differentiable renderer is compiled on first use and the compiler {compiler!r} was not found. "
            "Install g++ (apt-get install g++) or name a C++17 compiler with OpenMP in the variable CXX."
        )
    path = BUILDS / f"renderer-{_key(compiler)}.so"
    if not path.exists():
        _compile(compiler, path)
    return ctypes.CDLL(str(path))


def _key(compiler: str) -> str:
    """Changes with the sources, the compiler, the flags and the processor, for which the code is made."""
    parts = [path.read_bytes() for path in sorted(SOURCES.iterdir())]
    version = subprocess.run([compiler, "--version"], capture_output=True, check=False).stdout
    parts += [" ".join(FLAGS).encode(), version]
    processor = Path("/proc/cpuinfo")
    if processor.exists():
        parts += [line for line in processor.read_bytes().splitlines() if line.startswith(b"flags")][:1]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _compile(compiler: str, path: Path) -> None:
    """Write the library at once, so that two first users don't meet half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        result = subprocess.run(
            [compiler, *FLAGS, str(SOURCES / "renderer.cpp"), "-o", str(made)],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise StageError(f"The differentiable renderer did not compile with {compiler}:\n{result.stderr[-2000:]}")
        os.replace(made, path)
