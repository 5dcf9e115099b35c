"""Imported StyleGAN2 generators against a plain float64 implementation of the published equations."""

import pickle
import sys
import types

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import save_file
from scipy.signal import convolve2d, correlate2d

from turnaround_training.__main__ import main
from turnaround_training.errors import StageError
from turnaround_training.export.manifest import read_manifest
from turnaround_training.import_stylegan2.network import Mapping, Synthesis
from turnaround_training.import_stylegan2.stage import import_checkpoint
from turnaround_training.import_stylegan2.weights import read_state

WIDTH, CHANNELS = 6, {4: 5, 8: 5, 16: 4, 32: 3}
FIR = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def random_state(sizes=(4, 8, 16, 32), layers=3):
    """A state dict as G_ema.state_dict() of stylegan2-ada-pytorch would be, of random numbers."""
    random = np.random.default_rng(4)

    def normal(*shape):
        return torch.from_numpy(random.standard_normal(shape).astype(np.float32))

    state = {"mapping.w_avg": normal(WIDTH)}
    for number in range(layers):
        state[f"mapping.fc{number}.weight"] = normal(WIDTH, WIDTH) * 100
        state[f"mapping.fc{number}.bias"] = normal(WIDTH) * 20
    before = None
    for size in sizes:
        channels, block = CHANNELS[size], f"synthesis.b{size}"
        state[f"{block}.resample_filter"] = torch.from_numpy(FIR).float()
        if before is None:
            state[f"{block}.const"] = normal(channels, 4, 4)
        parts = {"conv1": channels} if before is None else {"conv0": before, "conv1": channels}
        for name, inputs in [*parts.items(), ("torgb", channels)]:
            outputs, reach = (3, 1) if name == "torgb" else (channels, 3)
            state[f"{block}.{name}.weight"] = normal(outputs, inputs, reach, reach)
            state[f"{block}.{name}.bias"] = normal(outputs) * 0.3
            state[f"{block}.{name}.affine.weight"] = normal(inputs, WIDTH)
            state[f"{block}.{name}.affine.bias"] = normal(inputs) * 0.2 + 1
            if name != "torgb":
                state[f"{block}.{name}.noise_const"] = normal(size, size)
                state[f"{block}.{name}.noise_strength"] = normal()
                state[f"{block}.{name}.resample_filter"] = torch.from_numpy(FIR).float()
        before = channels
    return state


def doubled(state):
    return {name: value.double() for name, value in state.items()}


def lrelu(x):
    return np.where(x < 0, 0.2 * x, x) * np.sqrt(2)


def spread_out(x):
    """Zeros between the samples."""
    wide = np.zeros((2 * x.shape[0] - 1, 2 * x.shape[1] - 1))
    wide[::2, ::2] = x
    return wide


def plain_layer(state, name, x, w, up=False):
    """One layer for one picture [C,S,S], equation by equation: modulate, demodulate, convolve, noise, bias."""
    p = {
        key.removeprefix(name + "."): value.double().numpy()
        for key, value in state.items()
        if key.startswith(name + ".")
    }
    style = p["affine.weight"] @ w / np.sqrt(WIDTH) + p["affine.bias"]
    weight = p["weight"]
    if name.endswith("torgb"):
        weight = weight * style[None, :, None, None] / np.sqrt(weight.shape[1])
        return np.einsum("oi,ihw->ohw", weight[:, :, 0, 0], x) + p["bias"][:, None, None]
    weight = weight * style[None, :, None, None]
    weight = weight / np.sqrt((weight**2).sum((1, 2, 3), keepdims=True) + 1e-8)
    size = x.shape[-1] * 2 if up else x.shape[-1]
    out = np.zeros((weight.shape[0], size, size))
    for o in range(weight.shape[0]):
        for i in range(x.shape[0]):
            if up:
                wide = convolve2d(convolve2d(spread_out(x[i]), weight[o, i]), FIR * 4)
                out[o] += wide[2 : 2 + size, 2 : 2 + size]
            else:
                out[o] += correlate2d(x[i], weight[o, i], mode="same")
    return lrelu(out + p["noise_const"] * p["noise_strength"] + p["bias"][:, None, None])


def plain_picture(state, codes, sizes=(4, 8, 16, 32)):
    """The square picture [3,S,S] of codes [J,WIDTH]."""
    x = state["synthesis.b4.const"].double().numpy()
    x = plain_layer(state, "synthesis.b4.conv1", x, codes[0])
    picture = plain_layer(state, "synthesis.b4.torgb", x, codes[1])
    for number, size in enumerate(sizes[1:]):
        x = plain_layer(state, f"synthesis.b{size}.conv0", x, codes[2 * number + 1], up=True)
        x = plain_layer(state, f"synthesis.b{size}.conv1", x, codes[2 * number + 2])
        grown = np.stack([convolve2d(spread_out(channel), FIR * 4)[1 : size + 1, 1 : size + 1] for channel in picture])
        picture = grown + plain_layer(state, f"synthesis.b{size}.torgb", x, codes[2 * number + 3])
    return picture


def plain_mapping(state, z):
    x = z / np.sqrt((z**2).mean() + 1e-8)
    for number in range(3):
        weight, bias = (state[f"mapping.fc{number}.{kind}"].double().numpy() for kind in ("weight", "bias"))
        x = lrelu(0.01 * (weight @ x / np.sqrt(WIDTH) + bias))
    return x


@pytest.mark.parametrize("clamp", [None, 2.0])
def test_synthesis_follows_the_published_equations(clamp):
    state = random_state()
    codes = np.random.default_rng(1).standard_normal((2, 8, WIDTH))
    drawn = Synthesis(doubled(state), clamp=clamp).draw(torch.from_numpy(codes)).numpy()
    wanted = np.stack([plain_picture(state, code) for code in codes])
    difference = np.abs(drawn - wanted).max() / np.abs(wanted).max()
    assert difference < 1e-9 if clamp is None else difference > 1e-3


def test_mapping_follows_the_published_equations():
    state, z = random_state(), np.random.default_rng(2).standard_normal((3, WIDTH))
    mapping = Mapping(doubled(state))
    wanted = np.stack([plain_mapping(state, code) for code in z])
    found = mapping(torch.from_numpy(z), torch.ones(3, 1)).numpy()
    assert np.abs(found - wanted).max() < 1e-9 * np.abs(wanted).max()
    pulled = mapping(torch.from_numpy(z), torch.zeros(3, 1)).numpy()
    assert np.abs(pulled - state["mapping.w_avg"].numpy()).max() < 1e-9


def test_inputs_are_counted_and_the_middle_is_cropped():
    state = random_state()
    synthesis = Synthesis(state, crop=(32, 24))
    whole = synthesis.draw(torch.ones(1, 8, WIDTH)) * 0.5 + 0.5
    assert torch.equal(synthesis(torch.ones(1, 8, WIDTH)), whole.clamp(0, 1)[:, :, 4:28])
    assert synthesis.inputs == 8
    with pytest.raises(StageError, match="does not fit"):
        Synthesis(state, crop=(48, 24))


def test_the_command_writes_models_of_our_contract(tmp_path):
    state = random_state()
    torch.save({"G_ema": state}, tmp_path / "network.pt")
    assert (
        main(["import-stylegan2", str(tmp_path / "network.pt"), "--out", str(tmp_path / "out"), "--crop", "32x24"]) == 0
    )
    manifest = read_manifest(tmp_path / "out")
    assert manifest["models"]["generator"]["outputs"][0]["shape"] == ["N", 3, 24, 32]
    assert "not commercially" in manifest["models"]["generator"]["licence"]
    session = onnxruntime.InferenceSession(str(tmp_path / "out/generator.onnx"), providers=["CPUExecutionProvider"])
    codes = np.random.default_rng(3).standard_normal((3, 8, WIDTH)).astype(np.float32)
    drawn = session.run(None, {"w_plus": codes})[0]
    wanted = np.stack([plain_picture(state, code.astype(np.float64)) for code in codes])[:, :, 4:28]
    assert np.abs(drawn - np.clip(wanted * 0.5 + 0.5, 0, 1)).max() < 2e-3
    mapping = onnxruntime.InferenceSession(str(tmp_path / "out/mapping.onnx"), providers=["CPUExecutionProvider"])
    w = mapping.run(None, {"z": codes[:2, 0], "truncation": np.ones((2, 1), np.float32)})[0]
    assert np.abs(w[1] - plain_mapping(state, codes[1, 0].astype(np.float64))).max() < 1e-3


def foreign_pickle(state):
    """A pickle as that repository's persistence writes it: modules by a function of its own, with their source."""
    module = types.ModuleType("torch_utils.persistence")
    module._reconstruct_persistent_obj = lambda meta: meta
    module._reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    module._reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"

    class Persistent:
        def __init__(self, tree):
            self.tree = tree

        def __reduce__(self):
            own = {name: value for name, value in self.tree.items() if not isinstance(value, dict)}
            children = {name: Persistent(value) for name, value in self.tree.items() if isinstance(value, dict)}
            buffers = {
                name: own.pop(name) for name in list(own) if "const" in name or "filter" in name or "avg" in name
            }
            parameters = {name: torch.nn.Parameter(value) for name, value in own.items()}
            inner = {"_parameters": parameters, "_buffers": buffers, "_modules": children, "training": False}
            meta = {
                "type": "class",
                "module_src": "raise SystemExit('foreign code ran')",
                "class_name": "G",
                "state": inner,
            }
            return module._reconstruct_persistent_obj, (meta,)

    tree = {}
    for name, value in state.items():
        *path, leaf = name.split(".")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[leaf] = value
    sys.modules["torch_utils"], sys.modules["torch_utils.persistence"] = types.ModuleType("torch_utils"), module
    try:
        return pickle.dumps({"G": None, "G_ema": Persistent(tree), "training_set_kwargs": {}})
    finally:
        del sys.modules["torch_utils"], sys.modules["torch_utils.persistence"]


def test_every_kind_of_file_gives_the_same_tensors(tmp_path):
    state = random_state()
    torch.save(state, tmp_path / "a.pt")
    save_file(state, tmp_path / "a.safetensors")
    np.savez(tmp_path / "a.npz", **{f"G_ema.{name}": value.numpy() for name, value in state.items()})
    (tmp_path / "a.pkl").write_bytes(foreign_pickle(state))
    for kind in ("pt", "safetensors", "npz", "pkl"):
        found = read_state(tmp_path / f"a.{kind}")
        assert set(found) == set(state), kind
        assert all(torch.equal(found[name], value) for name, value in state.items()), kind


def test_a_pickle_runs_nothing(tmp_path):
    class Evil:
        def __reduce__(self):
            return exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",)

    (tmp_path / "evil.pkl").write_bytes(pickle.dumps({"G_ema": Evil()}))
    with pytest.raises(StageError, match="no StyleGAN2 generator"):
        read_state(tmp_path / "evil.pkl")
    torch.save({"G_ema": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(StageError, match="can't be read"):
        read_state(tmp_path / "evil.pt")
    assert not (tmp_path / "ran").exists()


def test_what_is_no_such_generator_is_refused(tmp_path):
    with pytest.raises(StageError, match="No checkpoint"):
        read_state(tmp_path / "none.pt")
    (tmp_path / "junk.pkl").write_bytes(b"junk")
    with pytest.raises(StageError, match="junk.pkl"):
        read_state(tmp_path / "junk.pkl")
    torch.save({"g_ema": {"convs.0.conv.weight": torch.zeros(1)}}, tmp_path / "other.pt")
    with pytest.raises(StageError, match="state_dict"):
        read_state(tmp_path / "other.pt")
    state = random_state()
    cases = {
        "no synthesis.b8.torgb": {name: v for name, v in state.items() if not name.startswith("synthesis.b8.torgb")},
        "not 4, 8, 16": {name: v for name, v in state.items() if not name.startswith("synthesis.b16")},
        "labels": {**state, "mapping.embed.weight": torch.zeros(2, 2)},
    }
    for said, wrong in cases.items():
        torch.save(wrong, tmp_path / "wrong.pt")
        with pytest.raises(StageError, match=said):
            import_checkpoint(tmp_path / "wrong.pt", tmp_path / "out", None, None)
    with pytest.raises(StageError, match="WIDTHxHEIGHT"):
        torch.save(state, tmp_path / "right.pt")
        import_checkpoint(tmp_path / "right.pt", tmp_path / "out", "512", None)
