"""Tiny cars as GLB files: a body and a glass house with rounded-off profiles, lamps and four wheels."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SECTIONS = 13
"""Points across the car in which a profile is repeated."""
SPOKES = 20
WHEELBASE, WHEEL_RADIUS, WHEEL_WIDTH = 0.58, 0.072, 0.05


@dataclass(frozen=True)
class Look:
    """A car in metres: length, width, height of the belt and of the roof, where the glass house begins and ends
    (shares of the length from the front), body colour (linear RGB)."""

    id: str
    body: str
    length: float
    width: float
    belt: float
    roof: float
    cabin: tuple[float, float]
    colour: tuple[float, float, float]


LOOKS = (
    Look("smoke-sedan", "sedan", 4.6, 1.80, 0.92, 1.42, (0.30, 0.86), (0.5, 0.04, 0.04)),
    Look("smoke-suv", "suv", 4.5, 1.86, 1.08, 1.68, (0.28, 0.97), (0.05, 0.1, 0.45)),
    Look("smoke-hatchback", "hatchback", 3.9, 1.70, 0.95, 1.45, (0.25, 0.97), (0.1, 0.35, 0.1)),
)


@dataclass(frozen=True)
class Part:
    """A mesh of one material: vertices float32 [n,3], faces uint32 [m,3]."""

    name: str
    colour: tuple[float, float, float]
    vertices: np.ndarray
    faces: np.ndarray
    clear: bool = False


def write_cars(folder: Path) -> None:
    """Write all LOOKS and their cars.json."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for look in LOOKS:
        (folder / f"{look.id}.glb").write_bytes(glb(parts_of(look)))
        entries.append({
            "id": look.id, "file": f"{look.id}.glb", "body": look.body, "paint": "baked",
            "source": "made by the smoke stage", "credit": "nobody", "licence": "CC0-1.0",
        })  # fmt: skip
    (folder / "cars.json").write_text(json.dumps(entries, indent=1), "utf-8")


def parts_of(look: Look) -> list[Part]:
    """Body, glass house, lamps and wheels of a car; +Y up, front +Z, wheels on y = 0."""
    half, low = look.length / 2, WHEEL_RADIUS * look.length * 0.75
    front, rear = (half - share * look.length for share in look.cabin)
    nose = np.array([(half, low), (half, 0.72 * look.belt), (0.96 * half, 0.9 * look.belt), (front, look.belt)])
    tail = np.array([(rear, look.belt), (-0.97 * half, 0.95 * look.belt), (-half, 0.75 * look.belt), (-half, low)])
    slope = 0.42 * (look.roof - look.belt) / 0.5
    house = np.array(
        [(front, look.belt), (front - slope, look.roof), (rear + 0.6 * slope, look.roof), (rear, look.belt)]
    )
    parts = [
        Part("Body", look.colour, *_extruded(np.concatenate([nose, tail]), look.width, 0.1)),
        Part("Glass", (0.02, 0.03, 0.03), *_extruded(house, 0.86 * look.width, 0.2), clear=True),
    ]
    for end in (1, -1):
        box = np.array([(half * 1.004, 0.55), (half * 1.004, 0.68), (0.97 * half, 0.68), (0.97 * half, 0.55)])
        lamp = box * [end, look.belt]
        parts.append(
            Part("Optics", (0.8, 0.8, 0.7), *_extruded(lamp if end > 0 else lamp[::-1], 0.9 * look.width, 0.0))
        )
    radius = WHEEL_RADIUS * look.length
    for side in (1, -1):
        for end in (1, -1):
            place = np.array([side * look.width / 2, radius, end * WHEELBASE / 2 * look.length])
            parts.append(Part("Wheel", (0.02, 0.02, 0.02), *_wheel(place, radius, WHEEL_WIDTH * look.length * side)))
    return parts


def _extruded(profile: np.ndarray, width: float, narrower: float) -> tuple[np.ndarray, np.ndarray]:
    """A closed side profile [k,2] of (z, y), clockwise from the front, as a body `width` wide, `narrower` above."""
    points = _subdivided(profile, 0.12)
    count = len(points)
    across = np.linspace(-0.5, 0.5, SECTIONS)
    rise = np.clip((points[:, 1] - points[:, 1].min()) / np.ptp(points[:, 1]), 0, 1) ** 2
    rings = [
        np.stack([np.full(count, x * width) * (1 - narrower * rise), points[:, 1], points[:, 0]], 1) for x in across
    ]
    middles = [ring.mean(0, keepdims=True) for ring in (rings[0], rings[-1])]
    vertices = np.concatenate([*rings, *middles])
    faces = []
    for ring in range(SECTIONS - 1):
        for k in range(count):
            a, b = ring * count + k, ring * count + (k + 1) % count
            faces += [(a, a + count, b), (b, a + count, b + count)]
    for k in range(count):
        last, following = (SECTIONS - 1) * count, (k + 1) % count
        faces += [(len(vertices) - 2, k, following), (len(vertices) - 1, last + following, last + k)]
    return vertices.astype(np.float32), np.array(faces, np.uint32)


def _subdivided(profile: np.ndarray, step: float) -> np.ndarray:
    """The closed polygon with points at most `step` apart."""
    pieces = []
    for start, end in zip(profile, np.roll(profile, -1, 0), strict=True):
        count = max(1, int(np.ceil(np.linalg.norm(end - start) / step)))
        pieces.append(start + (end - start) * np.arange(count)[:, None] / count)
    return np.concatenate(pieces)


def _wheel(place: np.ndarray, radius: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    """A cylinder about x whose outer face is at `place`, reaching `width` inwards (signed)."""
    angle = np.arange(SPOKES) / SPOKES * 2 * np.pi
    ring = np.stack([np.zeros(SPOKES), radius * np.sin(angle), radius * np.cos(angle)], 1)
    inner = ring - [width, 0, 0]
    vertices = np.concatenate([ring, inner, [[0, 0, 0]], [[-width, 0, 0]]]) + place
    k, following = np.arange(SPOKES), (np.arange(SPOKES) + 1) % SPOKES
    faces = np.concatenate([
        np.stack([k, k + SPOKES, following], 1), np.stack([following, k + SPOKES, following + SPOKES], 1),
        np.stack([np.full(SPOKES, 2 * SPOKES), k, following], 1),
        np.stack([np.full(SPOKES, 2 * SPOKES + 1), following + SPOKES, k + SPOKES], 1),
    ])  # fmt: skip
    return vertices.astype(np.float32), (faces if width > 0 else faces[:, ::-1]).astype(np.uint32)


def glb(parts: list[Part]) -> bytes:
    """A binary glTF file with one node, mesh and material per part."""
    tree: dict = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": list(range(len(parts)))}],
        "nodes": [], "meshes": [], "materials": [], "accessors": [], "bufferViews": [],
    }  # fmt: skip
    binary = b""
    for number, part in enumerate(parts):
        tree["nodes"].append({"name": f"{part.name}_{number}", "mesh": number})
        attributes = {"POSITION": 3 * number, "NORMAL": 3 * number + 1}
        tree["meshes"].append(
            {"primitives": [{"attributes": attributes, "indices": 3 * number + 2, "material": number}]}
        )
        material = {
            "name": f"{part.name}_{number}",
            "pbrMetallicRoughness": {"baseColorFactor": [*part.colour, 0.4 if part.clear else 1.0]},
        }
        tree["materials"].append(material | ({"alphaMode": "BLEND"} if part.clear else {}))
        for data, kind, component in (
            (part.vertices, "VEC3", 5126),
            (_normals(part.vertices, part.faces), "VEC3", 5126),
            (part.faces.reshape(-1), "SCALAR", 5125),
        ):
            accessor = {
                "bufferView": len(tree["bufferViews"]),
                "componentType": component,
                "count": len(data),
                "type": kind,
            }
            if kind == "VEC3":
                accessor |= {"min": data.min(0).tolist(), "max": data.max(0).tolist()}
            tree["accessors"].append(accessor)
            tree["bufferViews"].append({"buffer": 0, "byteOffset": len(binary), "byteLength": data.nbytes})
            binary += data.tobytes()
    tree["buffers"] = [{"byteLength": len(binary)}]
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted normals at the vertices, float32 [n,3]."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normals = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normals, faces[:, k], np.cross(b - a, c - a))
    return (normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)).astype(np.float32)
