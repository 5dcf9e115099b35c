"""Reads the triangles, materials and textures of a binary glTF file into numpy."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from turnaround_training.errors import StageError
from turnaround_training.render.glb import COMPONENTS, node_matrix

WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Material:
    """colour: RGBA factor, linear; texture: sRGB u8 [h,w,4] or None; blend: drawn with transparency."""

    name: str
    colour: tuple
    texture: np.ndarray | None
    blend: bool


@dataclass(frozen=True)
class Primitive:
    """node: names from the root to the node, joined by '/'; positions f64 [n,3] world; uv f32 [n,2]; faces i64
    [m,3]."""

    node: str
    material: Material
    positions: np.ndarray
    uv: np.ndarray
    faces: np.ndarray


class _Reader:
    def __init__(self, path: str | Path) -> None:
        data = Path(path).read_bytes()
        if data[:4] != b"glTF":
            raise ValueError("no glTF header")
        size = struct.unpack("<I", data[12:16])[0]
        self.tree = json.loads(data[20:20 + size])
        self.blob = data[20 + size + 8:]

    def view(self, index: int) -> tuple[bytes, int | None]:
        view = self.tree["bufferViews"][index]
        start = view.get("byteOffset", 0)
        return self.blob[start:start + view["byteLength"]], view.get("byteStride")

    def accessor(self, index: int) -> np.ndarray:
        """[count, width] array of an accessor without sparse values."""
        a = self.tree["accessors"][index]
        kind, width = np.dtype(COMPONENTS[a["componentType"]]), WIDTHS[a["type"]]
        blob, stride = self.view(a["bufferView"])
        stride = stride or kind.itemsize * width
        return np.ndarray((a["count"], width), kind, blob, a.get("byteOffset", 0), (stride, kind.itemsize)).copy()

    def image(self, texture: int) -> np.ndarray:
        image = self.tree["images"][self.tree["textures"][texture]["source"]]
        blob, _ = self.view(image["bufferView"])
        return np.asarray(Image.open(io.BytesIO(blob)).convert("RGBA"))

    def material(self, index: int) -> Material:
        m = self.tree["materials"][index]
        pbr = m.get("pbrMetallicRoughness", {})
        texture = pbr.get("baseColorTexture")
        image = None if texture is None else self.image(texture["index"])
        colour = tuple(pbr.get("baseColorFactor", (1, 1, 1, 1)))
        return Material(m.get("name", ""), colour, image, m.get("alphaMode") == "BLEND")


def read_glb(path: str | Path) -> list[Primitive]:
    """All triangle primitives of the file's default scene, in world space. Raises StageError naming a file it can't
    read."""
    try:
        out = _read(path)
    except FileNotFoundError:
        raise StageError(f"{path} is missing; correct cars.json or name the car in [template] exclude") from None
    except (KeyError, IndexError, ValueError, TypeError, struct.error, OSError) as error:
        raise StageError(
            f"{path} is broken ({type(error).__name__}: {error}); replace it or name its car in [template] exclude"
        ) from None
    if not out:
        raise StageError(f"{path} holds no triangles; replace it or name its car in [template] exclude")
    return out


def _read(path: str | Path) -> list[Primitive]:
    reader = _Reader(path)
    tree, out = reader.tree, []
    materials = [reader.material(i) for i in range(len(tree.get("materials", [])))]

    def visit(index: int, world: np.ndarray, names: list[str]) -> None:
        node = tree["nodes"][index]
        world, names = world @ node_matrix(node), names + [node.get("name", "")]
        for p in tree["meshes"][node["mesh"]]["primitives"] if "mesh" in node else []:
            position = reader.accessor(p["attributes"]["POSITION"]).astype(float) @ world[:3, :3].T + world[:3, 3]
            at = p["attributes"].get("TEXCOORD_0")
            uv = np.zeros((len(position), 2), np.float32) if at is None else reader.accessor(at)
            faces = reader.accessor(p["indices"]).astype(np.int64).reshape(-1, 3)
            out.append(Primitive("/".join(names), materials[p["material"]], position, uv, faces))
        for child in node.get("children", []):
            visit(child, world, names)

    for root in tree["scenes"][tree.get("scene", 0)]["nodes"]:
        visit(root, np.eye(4), [])
    return out
