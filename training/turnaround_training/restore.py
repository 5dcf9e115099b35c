"""Weights of an exported ONNX model taken back into its network, to train on where checkpoints are lost.

Export folds batch normalisation into the convolution before it. Here the folded convolution stays and the normalisation
after it becomes the identity (plus the folded bias) in evaluation; for training it is then given the statistics that
pictures really have there, its scale and shift chosen so that the output stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from turnaround_training.errors import StageError
from turnaround_training.export.manifest import read_manifest
from turnaround_training.trainer import TrainingPlan, checkpoint_path

HALF = "_half"
"""Ending of the names under which large weights are stored as float16."""
EXAMPLES, SEED = 256, 4
"""How many inputs tell a network that starts from an exported one what its layers meet."""


def started(
    plan: TrainingPlan, exported: nn.Module, example: Callable[[np.random.Generator], torch.Tensor]
) -> tuple[TrainingPlan, set[str]]:
    """Where plan.start names an exported model (.onnx): a new run's module takes its weights.

    example: (generator) -> a batch [N,...] of the module's inputs. Returns the plan without such a start, and the cars
    that the weights are credited with (empty where nothing was taken).
    """
    start = Path(plan.start)
    if start.suffix != ".onnx":
        return plan, set()
    plan = replace(plan, start="")
    if checkpoint_path(plan.run).exists():
        return plan, set()
    restore(exported, start, torch.cat(list(_examples(example))))
    return plan, cars_credited(start.parent, start.stem)


def _examples(example: Callable[[np.random.Generator], torch.Tensor]) -> Iterator[torch.Tensor]:
    count = 0
    while count < EXAMPLES:
        batch = example(np.random.default_rng((SEED, count)))
        count += len(batch)
        yield batch


def restore(exported: nn.Module, path: Path, inputs: torch.Tensor) -> None:
    """Make a module as it was exported (its network inside) compute what the ONNX file computes.

    inputs: a batch [N,...] of what the network is trained on, for the statistics of its batch normalisation; N of 64
    or more gives steady ones. Raises StageError where the file is missing or holds another network.
    """
    if not path.is_file():
        raise StageError(f"There is no model at {path} to start from.")
    graph = onnx.load(str(path)).graph
    stored = initializers(graph)
    exported.eval()
    pairs = _convolutions(exported, inputs[:1])
    nodes = [node for node in graph.node if node.op_type == "Conv"]
    if len(nodes) != len(pairs):
        raise StageError(
            f"{path} has {len(nodes)} convolutions, the network {len(pairs)}. It is another network's model."
        )
    taken: set[int] = set()
    for node, (convolution, normalisation) in zip(nodes, pairs, strict=True):
        weight, *bias = (stored[name] for name in node.input[1:])
        put(convolution.weight, weight, path)
        taken.add(id(convolution.weight))
        if normalisation is not None:
            _make_identity(normalisation, bias[0], path)
            taken |= {id(parameter) for parameter in normalisation.parameters()}
        elif convolution.bias is not None:
            put(convolution.bias, bias[0], path)
            taken.add(id(convolution.bias))
    for name, parameter in exported.named_parameters():
        if id(parameter) not in taken:
            if name not in stored:
                raise StageError(f"{path} has no {name}. It is another network's model.")
            put(parameter, stored[name], path)
    _take_statistics([normalisation for _, normalisation in pairs if normalisation is not None], exported, inputs)


def initializers(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """Stored tensors in float32 by the names that the nodes call them; equal ones are stored once and passed on."""
    arrays = {tensor.name.removesuffix(HALF): numpy_helper.to_array(tensor) for tensor in graph.initializer}
    stored = {name: array.astype(np.float32) for name, array in arrays.items()}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in stored:
            stored[node.output[0]] = stored[node.input[0]]
    return stored


def cars_credited(models: Path, name: str) -> set[str]:
    """Cars that an exported model's manifest entry credits: what a network that starts from it has seen."""
    credits = read_manifest(models)["models"].get(name, {}).get("credits", [])
    return {line.split(":")[0] for line in credits if not line.startswith("Environment maps")}


def _convolutions(module: nn.Module, example: torch.Tensor) -> list[tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """Convolutions in the order they are computed, each with the batch normalisation that takes its output."""
    order: list[nn.Module] = []
    leaves = [part for part in module.modules() if isinstance(part, (nn.Conv2d, nn.BatchNorm2d))]
    hooks = [part.register_forward_hook(lambda part, *_: order.append(part)) for part in leaves]
    with torch.no_grad():
        module(example)
    for hook in hooks:
        hook.remove()
    followers = [*order[1:], None]
    return [
        (part, follower if isinstance(follower, nn.BatchNorm2d) else None)
        for part, follower in zip(order, followers, strict=True)
        if isinstance(part, nn.Conv2d)
    ]


def put(parameter: torch.Tensor, value: np.ndarray, path: Path) -> None:
    """Copy a stored value into a parameter; StageError that names the file where their shapes differ."""
    if tuple(parameter.shape) != value.shape:
        raise StageError(
            f"{path} holds {list(value.shape)} where the network has {list(parameter.shape)}. It is another network's "
            "model."
        )
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(value))


def _make_identity(normalisation: nn.BatchNorm2d, bias: np.ndarray, path: Path) -> None:
    """In evaluation only the bias is added."""
    put(normalisation.bias, bias, path)
    normalisation.running_mean.zero_()
    normalisation.running_var.fill_(1.0)
    with torch.no_grad():
        normalisation.weight.fill_((1 + normalisation.eps) ** 0.5)


def _take_statistics(normalisations: list[nn.BatchNorm2d], module: nn.Module, inputs: torch.Tensor) -> None:
    """Put the mean and variance of each one's input in, and undo them in its scale and shift."""
    found: dict[nn.Module, tuple[torch.Tensor, torch.Tensor]] = {}

    def measure(part: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        found[part] = given[0].mean((0, 2, 3)), given[0].var((0, 2, 3))

    hooks = [part.register_forward_pre_hook(measure) for part in normalisations]
    with torch.no_grad():
        module(inputs)
        for hook in hooks:
            hook.remove()
        for part, (mean, variance) in found.items():
            part.running_mean.copy_(mean)
            part.running_var.copy_(variance)
            part.weight.copy_((variance + part.eps).sqrt())
            part.bias.add_(mean)
