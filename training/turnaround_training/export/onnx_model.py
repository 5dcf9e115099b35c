"""Writes torch modules as ONNX files of opset 17 with a dynamic batch, checked against torch, and opens such files."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

from turnaround_training.errors import StageError
from turnaround_training.export.manifest import merge_model

OPSET = 17
HALF_MINIMUM_ELEMENTS = 4096


def export_model(
    models: Path,
    name: str,
    module: torch.nn.Module,
    example: dict[str, torch.Tensor],
    outputs: list[str],
    description: dict,
    tolerance: float,
) -> dict[str, float]:
    """Export, verify and register one model.

    Args:
        models: the models folder; NAME.onnx, parity/NAME.safetensors and the manifest are written there.
        example: input name -> tensor of batch 1, in the order of the module's arguments.
        outputs: names of the outputs, in the order the module returns them.
        description: the manifest entry without file, sha256 and parity: purpose, inputs, outputs,
            training_data, credits, licence, metrics.
        tolerance: largest absolute difference allowed between torch and ONNX, recorded for the engine.
    Large weights are stored as float16 (cast back at load), which halves the file.
    Returns: largest absolute difference from torch per output. Raises StageError where one is beyond the tolerance.
    """
    module = module.eval().float()
    graph = build_graph(module, example, outputs)
    store_weights_as_half(graph)
    onnx.checker.check_model(graph)
    data = graph.SerializeToString()
    answers = run_graph(data, {key: value.numpy() for key, value in example.items()})
    with torch.no_grad():
        expected = module(*example.values())
    expected = expected if isinstance(expected, tuple) else (expected,)
    differences = {
        key: float(np.abs(answers[key] - value.numpy()).max()) for key, value in zip(outputs, expected, strict=True)
    }
    worst = max(differences.values())
    if not worst <= tolerance:
        raise StageError(f"{name}: ONNX differs from torch by {worst:.2g}, more than {tolerance:g}: {differences}.")
    run_graph(data, {key: np.repeat(value.numpy(), 2, 0) for key, value in example.items()})

    (models / "parity").mkdir(parents=True, exist_ok=True)
    pair = {key: value.numpy() for key, value in example.items()} | answers
    temporary = models / "parity" / f"{name}.safetensors.new"
    save_file({key: np.ascontiguousarray(value) for key, value in pair.items()}, temporary)
    temporary.replace(models / "parity" / f"{name}.safetensors")
    temporary = models / f"{name}.onnx.new"
    temporary.write_bytes(data)
    temporary.replace(models / f"{name}.onnx")
    parity = {"file": f"parity/{name}.safetensors", "tolerance": tolerance}
    merge_model(models, name, {"file": f"{name}.onnx"} | description | {"parity": parity})
    return differences


def build_graph(module: torch.nn.Module, example: dict[str, torch.Tensor], outputs: list[str]) -> onnx.ModelProto:
    """Trace the module into an ONNX graph whose first dimensions are all called N."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(example.values()),
            buffer,
            opset_version=OPSET,
            input_names=list(example),
            output_names=outputs,
            dynamic_axes={key: {0: "N"} for key in [*example, *outputs]},
        )
    return onnx.load_from_string(buffer.getvalue())


def store_weights_as_half(graph: onnx.ModelProto) -> None:
    """Turn large float32 initializers into float16 ones followed by a Cast, in place."""
    initializers, casts = [], []
    for tensor in graph.graph.initializer:
        array = numpy_helper.to_array(tensor) if tensor.data_type == TensorProto.FLOAT else None
        if array is None or array.size < HALF_MINIMUM_ELEMENTS or np.abs(array).max() > np.finfo(np.float16).max:
            initializers.append(tensor)
            continue
        stored = f"{tensor.name}_half"
        initializers.append(numpy_helper.from_array(array.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [tensor.name], to=TensorProto.FLOAT, name=f"{stored}_cast"))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.initializer[:], graph.graph.node[:]
    graph.graph.initializer.extend(initializers)
    graph.graph.node.extend(nodes)


def open_model(models: Path, name: str, threads: int) -> onnxruntime.InferenceSession:
    """A session of models/NAME.onnx on the CPU; raises StageError where it isn't exported."""
    path = models / f"{name}.onnx"
    if not path.is_file():
        raise StageError(f"No {path}. Run the export stage first.")
    return _session(str(path), threads)


def _session(model: str | bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_graph(data: bytes, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Run a serialised model on the CPU; returns output name -> array."""
    session = _session(data, 1)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))
