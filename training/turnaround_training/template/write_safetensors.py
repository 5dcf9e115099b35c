"""Writes safetensors files whose bytes depend on their content only (the library orders metadata at random)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from turnaround_training.checkpoint import write_whole

_KINDS = {"float32": "F32", "int32": "I32", "uint8": "U8"}


def write_safetensors(path: str | Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write arrays of f32, i32 or u8 and texts by name, at once; raises StageError when the disk is full."""
    header, blobs, start = {"__metadata__": metadata}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": _KINDS[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [start, start + len(blob)]}
        blobs.append(blob)
        start += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write_whole(Path(path), len(text).to_bytes(8, "little") + text + b"".join(blobs))
