"""The neural view's networks taken back from their exported models, to train on where checkpoints are lost.

Export multiplies weights by their run-time scales, so they are divided out again. What was stored in half precision
comes back rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from safetensors.torch import load_file
from torch import nn

from turnaround_training.errors import StageError
from turnaround_training.neural.export import TOLERANCES
from turnaround_training.neural.layers import Conv, Linear, StyledConv
from turnaround_training.neural.networks import Networks
from turnaround_training.restore import initializers, put


def restore_networks(networks: Networks, models: Path) -> None:
    """Give all four networks the weights of the models in a folder, checked against the parity pairs beside them.

    Raises StageError where a file is missing or holds another network.
    """
    generator = networks.generator
    compute, generator.compute = generator.compute, torch.float32
    for name, module in networks.named_children():
        model, parity = models / f"{name}.onnx", models / "parity" / f"{name}.safetensors"
        for path in (model, parity):
            if not path.is_file():
                raise StageError(f"There is no {path} to start from: the four models of a neural view are needed.")
        graph, pair = onnx.load(str(model)).graph, load_file(parity)
        _restore(module, graph, [pair[port.name] for port in graph.input], model)
        with torch.no_grad():
            found = module(*(pair[port.name] for port in graph.input))
        apart = float((found - pair[graph.output[0].name]).abs().max())
        if not apart <= TOLERANCES[name]:
            raise StageError(f"{model} taken back is {apart:.2g} off its parity pair. It is another network's model.")
    generator.compute = compute


def _restore(module: nn.Module, graph: onnx.GraphProto, inputs: list[torch.Tensor], path: Path) -> None:
    """Layers take the weights of the graph's nodes in the order in which both are computed."""
    stored = initializers(graph)
    nodes = [node for node in graph.node if node.op_type == "Gemm" or node.op_type == "Conv" and not _grouped(node)]
    layers, shifts = _called(module, inputs), _shifts(graph, stored)
    if len(layers) != len(nodes):
        raise StageError(f"{path} has {len(nodes)} layers, the network {len(layers)}. It is another network's model.")
    taken: set[int] = set()
    for node, layer in zip(nodes, layers, strict=True):
        bias = next(shifts, np.zeros(0)) if isinstance(layer, StyledConv) else stored[node.input[2]]
        put(layer.weight, stored[node.input[1]] / layer.scale, path)
        put(layer.bias, bias / getattr(layer, "rate", 1.0), path)
        taken |= {id(layer.weight), id(layer.bias)}
    for name, parameter in module.named_parameters():
        if id(parameter) not in taken:
            put(parameter, stored.get(name, _constant(graph, stored)), path)


def _grouped(node: onnx.NodeProto) -> bool:
    """Whether a convolution is a fixed blur of each channel, which learns nothing."""
    return any(attribute.name == "group" and attribute.i > 1 for attribute in node.attribute)


def _called(module: nn.Module, inputs: list[torch.Tensor]) -> list[nn.Module]:
    """Layers with weights in the order in which they end."""
    order: list[nn.Module] = []
    layers = [part for part in module.modules() if isinstance(part, (Linear, Conv, StyledConv))]
    hooks = [layer.register_forward_hook(lambda part, *_: order.append(part)) for layer in layers]
    with torch.no_grad():
        module(*inputs)
    for hook in hooks:
        hook.remove()
    return order


def _shifts(graph: onnx.GraphProto, stored: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
    """What modulated convolutions add after themselves: stored as [1,C,1,1]."""
    for node in graph.node:
        for name in node.input if node.op_type == "Add" else ():
            if name in stored and stored[name].ndim == 4:
                yield stored[name].ravel()


def _constant(graph: onnx.GraphProto, stored: dict[str, np.ndarray]) -> np.ndarray:
    """The learned constant that is repeated over the batch, which loses its name in export."""
    expanded = [stored[node.input[0]] for node in graph.node if node.op_type == "Expand" and node.input[0] in stored]
    return expanded[0][0] if expanded else np.zeros(0)
