"""Two runs of a stage with one seed learn the same, whatever PyTorch drew before."""

import pytest
import torch

import test_encoder
import test_segmenter
import test_texture
from synthetic import write_renders
from turnaround_training.checkpoint import read_checkpoint
from turnaround_training.encoder import stage as encoder
from turnaround_training.segmenter import stage as segmenter
from turnaround_training.texture import stage as texture
from turnaround_training.trainer import checkpoint_path
from turnaround_training.upsampler import stage as upsampler

stand_ins = test_texture.stand_ins
OWN = {"segmenter": {"size": 64}, "encoder": {}, "texture": {"size": 32, "views": 3}, "upsampler": {"side": 32}}


@pytest.mark.parametrize("stage", [segmenter, encoder, texture, upsampler])
def test_the_seed_decides_the_first_weights(tmp_path, stand_ins, stage):
    name = stage.__name__.split(".")[-2]
    if name == "texture":
        paths = stand_ins
    elif name == "encoder":
        (tmp_path / "encoder").mkdir()
        paths = test_encoder.write_stand_ins(tmp_path / "encoder")
    else:
        (tmp_path / "hdri").mkdir()
        test_segmenter.write_hdr(tmp_path / "hdri" / "plain.hdr")
        paths = {"renders": str(write_renders(tmp_path / "renders")), "environments": str(tmp_path / "hdri")}

    def learned(run, seed):
        section = {"run": str(tmp_path / run), "steps": 1, "batch": 2, "seed": seed, "threads": 1, **OWN[name]}
        stage.run({"paths": paths, name: section})
        network = read_checkpoint(checkpoint_path(tmp_path / run))["network"]
        return torch.cat([value.flatten() for value in network.values()])

    first = learned("first", 3)
    torch.rand(7)
    assert torch.equal(first, learned("again", 3)) and not torch.equal(first, learned("other", 4))
