"""Writes safetensors files whose bytes depend on their content only (the library orders metadata at random)."""
import json
import os
from pathlib import Path

import numpy as np

_KINDS = {"float32": "F32", "int32": "I32", "uint8": "U8"}


def write_safetensors(path, tensors, metadata):
    """tensors: {name: array of f32, i32 or u8}; metadata: {name: text}. Replaces the file in one step."""
    header, blobs, start = {"__metadata__": metadata}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": _KINDS[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [start, start + len(blob)]}
        blobs.append(blob)
        start += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = Path(f"{path}.part")
    partial.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))
    os.replace(partial, path)
