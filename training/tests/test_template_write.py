"""The safetensors writer: readable by the library, same bytes for the same content."""
import numpy as np
from safetensors import safe_open

from turnaround_training.template.write_safetensors import write_safetensors


def test_library_reads_it_and_bytes_repeat(tmp_path):
    tensors = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array([7], np.int32),
        "c": np.array([1, 2], np.uint8),
    }
    files = [tmp_path / "1", tmp_path / "2"]
    for file in files:
        write_safetensors(file, tensors, {"x": "1", "y": "2", "z": "3"})
    assert files[0].read_bytes() == files[1].read_bytes()
    with safe_open(str(files[0]), "numpy") as back:
        assert back.metadata() == {"x": "1", "y": "2", "z": "3"}
        assert all((back.get_tensor(k) == v).all() for k, v in tensors.items())
