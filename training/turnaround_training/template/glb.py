"""Reads the triangles, materials and textures of a binary glTF file into numpy."""
import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import StageError

COMPONENTS = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Material:
    """colour: RGBA factor, linear; texture: sRGB u8 [h,w,4] or None; blend: drawn with transparency."""
    name: str
    colour: tuple
    texture: object
    blend: bool


@dataclass(frozen=True)
class Primitive:
    """node: names from the root to the node, joined by '/'; positions f64 [n,3] world; uv f32 [n,2]; faces i64 [m,3]."""
    node: str
    material: Material
    positions: np.ndarray
    uv: np.ndarray
    faces: np.ndarray


class _Reader:
    def __init__(self, path):
        data = Path(path).read_bytes()
        if data[:4] != b"glTF":
            raise StageError(f"{path} is not a binary glTF file; point --assets at the folder of car GLBs")
        size = struct.unpack("<I", data[12:16])[0]
        self.tree = json.loads(data[20:20 + size])
        self.blob = data[20 + size + 8:]

    def view(self, index):
        view = self.tree["bufferViews"][index]
        start = view.get("byteOffset", 0)
        return self.blob[start:start + view["byteLength"]], view.get("byteStride")

    def accessor(self, index):
        """[count, width] array of an accessor without sparse values."""
        a = self.tree["accessors"][index]
        kind, width = np.dtype(COMPONENTS[a["componentType"]]), WIDTHS[a["type"]]
        blob, stride = self.view(a["bufferView"])
        stride = stride or kind.itemsize * width
        return np.ndarray((a["count"], width), kind, blob, a.get("byteOffset", 0), (stride, kind.itemsize)).copy()

    def image(self, texture):
        image = self.tree["images"][self.tree["textures"][texture]["source"]]
        blob, _ = self.view(image["bufferView"])
        return np.asarray(Image.open(io.BytesIO(blob)).convert("RGBA"))

    def material(self, index):
        m = self.tree["materials"][index]
        pbr = m.get("pbrMetallicRoughness", {})
        texture = pbr.get("baseColorTexture")
        return Material(m.get("name", ""), tuple(pbr.get("baseColorFactor", (1, 1, 1, 1))),
                        None if texture is None else self.image(texture["index"]), m.get("alphaMode") == "BLEND")

    def local(self, node):
        if "matrix" in node:
            return np.array(node["matrix"], float).reshape(4, 4).T
        x, y, z, w = node.get("rotation", (0, 0, 0, 1))
        rotation = np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                             [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                             [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])
        out = np.eye(4)
        out[:3, :3] = rotation * np.array(node.get("scale", (1, 1, 1)), float)
        out[:3, 3] = node.get("translation", (0, 0, 0))
        return out


def read_glb(path):
    """All triangle primitives of the file's default scene, in world space. Raises StageError naming a file it can't read."""
    try:
        out = _read(path)
    except FileNotFoundError:
        raise StageError(f"{path} is missing; correct cars.json or name the car in [template] exclude") from None
    except (KeyError, IndexError, ValueError, TypeError, struct.error, OSError) as error:
        raise StageError(f"{path} is broken ({type(error).__name__}: {error}); replace it or name its car in [template] exclude") from None
    if not out:
        raise StageError(f"{path} holds no triangles; replace it or name its car in [template] exclude")
    return out


def _read(path):
    reader = _Reader(path)
    tree, out = reader.tree, []
    materials = [reader.material(i) for i in range(len(tree.get("materials", [])))]

    def visit(index, world, names):
        node = tree["nodes"][index]
        world, names = world @ reader.local(node), names + [node.get("name", "")]
        for p in tree["meshes"][node["mesh"]]["primitives"] if "mesh" in node else []:
            position = reader.accessor(p["attributes"]["POSITION"]).astype(float) @ world[:3, :3].T + world[:3, 3]
            uv = p["attributes"].get("TEXCOORD_0")
            out.append(Primitive("/".join(names), materials[p["material"]], position,
                                 np.zeros((len(position), 2), np.float32) if uv is None else reader.accessor(uv),
                                 reader.accessor(p["indices"]).astype(np.int64).reshape(-1, 3)))
        for child in node.get("children", []):
            visit(child, world, names)

    for root in tree["scenes"][tree.get("scene", 0)]["nodes"]:
        visit(root, np.eye(4), [])
    return out
