"""Broken GLBs, no cars and one car: what render and template say, without a browser."""

import json
import struct

import pytest

from turnaround_training.errors import StageError
from turnaround_training.render.glb import read_points
from turnaround_training.render.stage import Renderer, make_parts
from turnaround_training.template.car import load_records
from turnaround_training.template.glb import read_glb


def glb(tree, binary=b""):
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


BROKEN = {
    "empty": b"",
    "text": b"not a model at all, but long enough for a header",
    "cut": glb({"scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}]})[:60],
    "nothing": glb({"scenes": [{"nodes": []}], "nodes": []}),
    "missing mesh": glb({"scenes": [{"nodes": [0]}], "nodes": [{"mesh": 3}], "meshes": []}),
    "missing data": glb({
        "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 0}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 90, "type": "VEC3"}],
        "bufferViews": [{"byteLength": 1080}],
    }),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("read", [read_points, read_glb])
def test_a_broken_glb_is_named(tmp_path, kind, read):
    path = tmp_path / "wreck.glb"
    path.write_bytes(BROKEN[kind])
    with pytest.raises(StageError, match="wreck.glb"):
        read(path)


def listing(folder, names):
    records = [{"id": name, "file": f"{name}.glb", "body": "sedan", "paint": "baked"} for name in names]
    (folder / "cars.json").write_text(json.dumps(records))
    return {"cars": str(folder), "out": str(folder / "out"), "name": "x", "seed": 1, "pictures": 8}


def test_no_cars_is_said_before_anything_starts(tmp_path):
    for names, more in (([], {}), (["a"], {"exclude": ["a"]}), (["a"], {"held_out": ["a"]})):
        with pytest.raises(StageError, match="No car to render"):
            make_parts({**listing(tmp_path, names), **more}, 4)
    listing(tmp_path, ["vdrift-rg", "a"])
    assert [record["id"] for record in load_records(tmp_path, ("vdrift-rg",))] == ["a"]
    for exclude, said in ((("a",), "no car to train on"), (("b",), "unknown cars: b")):
        with pytest.raises(StageError, match=said):
            load_records(tmp_path, exclude)
    (tmp_path / "cars.json").write_text("[{")
    with pytest.raises(StageError, match="not valid JSON"):
        load_records(tmp_path)


def test_one_broken_car_of_one_is_given_up_with_its_reason(tmp_path):
    parts = make_parts(listing(tmp_path, ["wreck"]), 4)
    (tmp_path / "wreck.glb").write_bytes(BROKEN["text"])
    renderer = Renderer(parts, [])
    assert list(renderer.jobs()) == [] and "wreck.glb is not a readable GLB" in renderer.broken["wreck"]
    parts[0].dataset.close()
