"""Just enough of GLB to know a car's points: positions of all triangles' vertices with node transforms applied."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from turnaround_training.errors import StageError

COMPONENTS = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}


@dataclass(frozen=True)
class CarGeometry:
    """points [N,3] in L (length 1, wheels at y = 0, centred in x and z); box [2,3] of them; axles' z in L;
    centre [3] and length (in the file's units) that brought the file to L: point = (file - centre) / length."""

    points: np.ndarray
    box: np.ndarray
    axle_front: float
    axle_rear: float
    centre: np.ndarray
    length: float


def read_points(path: Path) -> np.ndarray:
    """All vertex positions [N,3] float64 in the file's units. Raises StageError naming a file that is not a GLB."""
    try:
        data = path.read_bytes()
        magic, _, _, size, kind = struct.unpack("<4sIIII", data[:20])
        if magic != b"glTF" or kind != 0x4E4F534A:
            raise ValueError("no glTF header")
        document = json.loads(data[20 : 20 + size])
        binary = data[28 + size :]
        pieces: list[np.ndarray] = []
        scene = document["scenes"][document.get("scene", 0)]
        for root in scene["nodes"]:
            _collect(document, binary, root, np.eye(4), pieces)
        return np.concatenate(pieces)
    except FileNotFoundError:
        raise StageError(f"No car at {path}.") from None
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise StageError(f"{path} is not a readable GLB: {error}.") from None


def car_geometry(path: Path) -> CarGeometry:
    """Read a car and bring it to L. The axles are where its lowest points are, front and rear."""
    raw = read_points(path)
    low, high = raw.min(axis=0), raw.max(axis=0)
    length = float(high[2] - low[2])
    if not length > 0:
        raise StageError(f"{path} has no extent along z.")
    centre = np.array([0.5 * (low[0] + high[0]), low[1], 0.5 * (low[2] + high[2])])
    points = (raw - centre) / length
    ground = points[points[:, 1] < 0.015]
    front, rear = ground[ground[:, 2] > 0.1, 2], ground[ground[:, 2] < -0.1, 2]
    return CarGeometry(
        points=points,
        box=np.stack([points.min(axis=0), points.max(axis=0)]),
        axle_front=_axle(front, 0.3),
        axle_rear=_axle(rear, -0.3),
        centre=centre,
        length=length,
    )


def _axle(z: np.ndarray, usual: float) -> float:
    """The middle of the tyre's contact, or the usual place when nothing touches the ground there."""
    if z.size == 0:
        return usual
    return float(np.clip(0.5 * (z.min() + z.max()), min(0.8 * usual, 1.3 * usual), max(0.8 * usual, 1.3 * usual)))


def _collect(document: dict, binary: bytes, index: int, parent: np.ndarray, pieces: list[np.ndarray]) -> None:
    node = document["nodes"][index]
    world = parent @ node_matrix(node)
    if "mesh" in node:
        for primitive in document["meshes"][node["mesh"]]["primitives"]:
            positions = _accessor(document, binary, primitive["attributes"]["POSITION"])
            pieces.append(positions @ world[:3, :3].T + world[:3, 3])
    for child in node.get("children", []):
        _collect(document, binary, child, world, pieces)


def node_matrix(node: dict) -> np.ndarray:
    """A node's transform [4,4] of column vectors, from its matrix or its translation, rotation and scale."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = node.get("rotation", [0.0, 0.0, 0.0, 1.0])
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.array(node.get("scale", [1.0, 1.0, 1.0]))
    matrix[:3, 3] = node.get("translation", [0.0, 0.0, 0.0])
    return matrix


def _accessor(document: dict, binary: bytes, index: int) -> np.ndarray:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    dtype = np.dtype(COMPONENTS[accessor["componentType"]])
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    stride = view.get("byteStride", 3 * dtype.itemsize)
    rows = np.lib.stride_tricks.as_strided(
        np.frombuffer(binary, dtype=dtype, offset=start, count=(accessor["count"] - 1) * stride // dtype.itemsize + 3),
        shape=(accessor["count"], 3),
        strides=(stride, dtype.itemsize),
    ).astype(np.float64)
    if accessor.get("normalized"):
        rows = np.maximum(rows / np.iinfo(dtype).max, -1.0)
    return rows
