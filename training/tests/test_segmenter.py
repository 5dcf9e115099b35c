"""Scenes, network and a training run of seconds on synthetic renders."""

import json

import numpy as np
import onnx
import pytest
import torch

from synthetic import write_renders
from turnaround_training.data.environments import display_encode
from turnaround_training.checkpoint import identity_of
from turnaround_training.data.renders import RenderSet
from turnaround_training.data.scenes import SceneMaker
from turnaround_training.render.environments import read_hdr
from turnaround_training.errors import StageError
from turnaround_training.export.manifest import merge_model
from turnaround_training.export.onnx_model import build_graph
from turnaround_training.segmenter.stage import run, segmenter_losses, soft_iou_loss
from turnaround_training.segmenter.network import Segmenter, SegmenterForExport
from turnaround_training.trainer import cars_seen, load_average

BACKDROP = np.tile(np.linspace(0, 255, 128, dtype=np.uint8)[None, :, None], (64, 1, 3))


def write_hdr(path, colour=(0.25, 0.5, 1.0), width=16, height=8):
    """A plain Radiance picture in run-length code."""
    mantissa = [int(value * 128) for value in colour]
    line = b"\x02\x02" + width.to_bytes(2, "big") + b"".join(bytes((128 + width, m)) for m in (*mantissa, 129))
    path.write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n" + f"-Y {height} +X {width}\n".encode() + line * height)


def test_hdr_is_read(tmp_path):
    write_hdr(tmp_path / "plain.hdr")
    linear = read_hdr(tmp_path / "plain.hdr")
    assert linear.shape == (8, 16, 3)
    assert linear[3, 5] == pytest.approx([0.25, 0.5, 1.0])
    assert display_encode(linear).dtype == np.uint8


def test_scenes_are_seeded_letterboxed_and_hold_cars(tmp_path):
    maker = SceneMaker(RenderSet(write_renders(tmp_path)), [BACKDROP], 128)
    first, second = (maker.make(np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1])
    shares, padded = [], 0
    for seed in range(40):
        picture, mask = maker.make(np.random.default_rng(seed))
        assert picture.shape == (3, 128, 128) and mask.shape == (1, 128, 128)
        assert 0 <= picture.min() and picture.max() <= 1 and 0 <= mask.min() and mask.max() <= 1
        padding = (picture[:, :, -1] == 0.5).all() or (picture[:, -1] == 0.5).all()
        padded += padding
        shares.append(mask.mean())
    assert padded > 20
    assert np.median(shares) > 0.1 and np.max(shares) < 0.95


def test_iou_loss_ranks_masks():
    truth = torch.zeros(3, 1, 64, 64)
    truth[:, :, 16:48, 16:48] = 1
    shifted = torch.roll(truth, 8, 3)
    perfect, moved, empty = soft_iou_loss(torch.cat((truth[:1], shifted[:1], truth[:1] * 0)), truth)
    assert perfect == pytest.approx(0, abs=1e-6) and 0.3 < moved < 0.6 < empty


def test_losses_fall_on_one_batch():
    torch.manual_seed(0)
    network = Segmenter((8, 8, 16, 16, 16))
    picture = torch.nn.functional.interpolate(torch.rand(4, 3, 4, 4), size=(64, 64), mode="bilinear")
    batch = {"picture": picture, "mask": (picture.mean(1, keepdim=True) > 0.5).float()}
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    values = []
    for _ in range(25):
        total = sum(segmenter_losses(network, batch).values())
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        values.append(float(total))
    assert values[-1] < 0.8 * values[0]


def smoke_config(tmp_path, steps):
    return {
        "paths": {"renders": str(tmp_path / "renders"), "environments": str(tmp_path / "hdri")},
        "segmenter": {"run": str(tmp_path / "run"), "steps": steps, "size": 64, "batch": 2, "log_every": 1},
    }


def test_stage_runs_and_resumes(tmp_path):
    write_renders(tmp_path / "renders")
    (tmp_path / "hdri").mkdir()
    write_hdr(tmp_path / "hdri" / "plain.hdr")
    run(smoke_config(tmp_path, 2))
    run(smoke_config(tmp_path, 4))
    steps = [json.loads(line)["step"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert steps == [1, 2, 3, 4]
    assert (tmp_path / "run" / "sheet.png").exists()
    network = load_average(Segmenter(), tmp_path / "run", identity_of("segmenter"))
    assert network(torch.rand(1, 3, 64, 64)).shape == (1, 1, 64, 64)


def test_a_new_run_begins_with_an_exported_segmenter(tmp_path):
    write_renders(tmp_path / "renders")
    (tmp_path / "hdri").mkdir()
    write_hdr(tmp_path / "hdri" / "plain.hdr")
    models = tmp_path / "models"
    models.mkdir()
    exported = SegmenterForExport(Segmenter()).eval()
    onnx.save(build_graph(exported, {"picture": torch.rand(1, 3, 64, 64)}, ["mask"]), str(models / "segmenter.onnx"))
    merge_model(models, "segmenter", {"file": "segmenter.onnx", "credits": ["vdrift-zz: VDrift, by somebody: CC"]})
    config = smoke_config(tmp_path, 1)
    config["segmenter"] |= {"start": str(models / "segmenter.onnx"), "learning_rate": 1e-9, "weight_decay": 0.0}
    run(config)
    network, picture = load_average(Segmenter(), tmp_path / "run", identity_of("segmenter")), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(torch.sigmoid(network(picture)), exported(picture), atol=0.02)
    assert "vdrift-zz" in cars_seen(tmp_path / "run", identity_of("segmenter"))


def test_missing_renders_are_named(tmp_path):
    with pytest.raises(StageError, match="renders"):
        RenderSet(tmp_path / "nothing")
