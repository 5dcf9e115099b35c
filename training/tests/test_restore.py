"""Networks taken back from their exported models: the same output, ready to be trained on."""

import numpy as np
import onnx
import pytest
import torch

from turnaround_training.encoder.network import Encoder, EncoderForExport
from turnaround_training.errors import StageError
from turnaround_training.export.manifest import merge_model
from turnaround_training.export.onnx_model import build_graph, run_graph, store_weights_as_half
from turnaround_training.restore import cars_credited, restore
from turnaround_training.segmenter.network import Segmenter, SegmenterForExport
from turnaround_training.texture.network import TextureCompleter

ENCODER_OUTPUTS = ["coefficients", "offsets", "azimuth_logits", "azimuth_residual", "camera", "light"]


def small_encoder():
    return EncoderForExport(
        Encoder((8, 8, 16, 16), 32), torch.randn(40, 50, 3, generator=torch.Generator().manual_seed(5))
    )


CASES = {
    "encoder": (small_encoder, "crop", (64, 5, 128, 128), ENCODER_OUTPUTS),
    "segmenter": (lambda: SegmenterForExport(Segmenter((8, 8, 16, 16, 16))), "picture", (64, 3, 64, 64), ["mask"]),
    "texture": (TextureCompleter, "partial", (2, 5, 128, 128), ["texture"]),
}


def lived_in(module):
    """Batch normalisation as after training: statistics, scales and shifts of its own."""
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            for tensor, low, high in (
                (part.running_mean, -0.3, 0.3),
                (part.running_var, 0.5, 2),
                (part.weight, 0.5, 1.5),
                (part.bias, -0.2, 0.2),
            ):
                tensor.data.uniform_(low, high)
    return module.eval()


@pytest.mark.parametrize("name", CASES)
def test_the_output_is_the_files(name, tmp_path):
    make, port, shape, outputs = CASES[name]
    torch.manual_seed(1)
    original, inputs = lived_in(make()), torch.rand(shape)
    graph = build_graph(original, {port: inputs[:1]}, outputs)
    store_weights_as_half(graph)
    onnx.save(graph, str(tmp_path / "model.onnx"))
    torch.manual_seed(2)
    other = make()
    restore(other, tmp_path / "model.onnx", inputs)
    answers = run_graph(graph.SerializeToString(), {port: inputs[:2].numpy()})
    with torch.no_grad():
        found = other(inputs[:2])
    for key, value in zip(outputs, found if isinstance(found, tuple) else (found,), strict=True):
        assert value.numpy() == pytest.approx(answers[key], abs=2e-3 * max(1, np.abs(answers[key]).max())), key


def test_statistics_are_the_pictures_own(tmp_path):
    torch.manual_seed(1)
    original, inputs = lived_in(small_encoder()), torch.rand(64, 5, 128, 128)
    onnx.save(build_graph(original, {"crop": inputs[:1]}, ENCODER_OUTPUTS), str(tmp_path / "model.onnx"))
    other = small_encoder()
    restore(other, tmp_path / "model.onnx", inputs)
    first = other.encoder.trunk[0]
    with torch.no_grad():
        met = first[0](inputs)
        learning, settled = first[1].train()(met), first[1].eval()(met)
    assert first[1].running_var == pytest.approx(met.var((0, 2, 3)).numpy(), rel=0.15)
    assert learning.numpy() == pytest.approx(settled.numpy(), abs=0.02)


def test_another_networks_model_is_refused(tmp_path):
    original = SegmenterForExport(Segmenter((8, 8, 16, 16, 16)))
    onnx.save(
        build_graph(original.eval(), {"picture": torch.rand(1, 3, 64, 64)}, ["mask"]), str(tmp_path / "model.onnx")
    )
    with pytest.raises(StageError, match="another network"):
        restore(small_encoder(), tmp_path / "model.onnx", torch.rand(2, 5, 128, 128))
    with pytest.raises(StageError, match="another network"):
        restore(SegmenterForExport(Segmenter((8, 8, 16, 16, 24))), tmp_path / "model.onnx", torch.rand(2, 3, 64, 64))
    with pytest.raises(StageError, match="no model"):
        restore(small_encoder(), tmp_path / "nothing.onnx", torch.rand(2, 5, 128, 128))


def test_credited_cars_are_read_from_the_manifest(tmp_path):
    (tmp_path / "encoder.onnx").write_bytes(b"")
    merge_model(tmp_path, "encoder", {"file": "encoder.onnx", "credits": [
        "vdrift-3s: VDrift, by somebody: CC", "Environment maps from Poly Haven, CC0: noon_grass",
    ]})
    assert cars_credited(tmp_path, "encoder") == {"vdrift-3s"} and cars_credited(tmp_path, "texture") == set()
