"""One car of the assets: its triangles in car lengths, the class of each, its wheels, and what rays see of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from turnaround_training.errors import StageError
from turnaround_training.render.repaint import to_linear, to_srgb
from turnaround_training.template.glb import Primitive, read_glb
from turnaround_training.template.rays import RayCaster
from turnaround_training.template.straighten import turned

BODY, GLASS, WHEEL, LIGHT, FLOOR = 0, 1, 2, 3, 4
CLASS_COUNT = 5
HELD_OUT = ("vdrift-rg", "cc-q7", "vdrift-mi", "vdrift-cs")
GLASS_SRGB = (20, 24, 28)
WINDOWS_ABOVE = 0.57
"""Share of the roof's height below which glass belongs to lamps."""

# Materials and nodes of the three single models, whose names don't follow a scheme.
_Q7_WHEELS = ("Object_6", "Object_36", "Object_38", "Object_20")
_Q7_LIGHTS = ("Object_8", "Object_10", "Object_14", "Object_28", "Object_22")
_M4_WHEELS = ("tire07", "tire06", "brake disc", "Brake")
_M4_CLEAR = ("Material_718", "PaletteMaterial010", "Material_161")
_SUV_LIGHTS = ("Headlights", "Brakelights", "Reverse")


@dataclass(frozen=True)
class Wheels:
    """Front and rear wheel on the car's left, in car lengths: centre [2,3] (x of the outer face) and radius [2]."""
    centre: np.ndarray
    radius: np.ndarray


def _class_of(car: str, primitive: Primitive) -> int | None:
    """Class of a primitive, or None where it is a clear cover that shows what lies behind it."""
    node, leaf, material = primitive.node.lower(), primitive.node.split("/")[-1], primitive.material.name
    if car == "cc-q7":
        if leaf in _Q7_WHEELS:
            return WHEEL
        if leaf in _Q7_LIGHTS:
            return LIGHT
        return GLASS if primitive.material.blend else BODY
    if car == "cc-m4":
        if leaf.startswith(_M4_WHEELS):
            return WHEEL
        if material in _M4_CLEAR:
            return None
        return GLASS if primitive.material.blend else BODY
    if car == "cc-generic-suv" and any(word in leaf for word in _SUV_LIGHTS):
        return LIGHT
    if material.lower().startswith("optics"):
        return LIGHT
    if "wheel" in node or "tire" in node or "rim_" in node:
        return WHEEL
    return GLASS if primitive.material.blend or material.lower().startswith("glass") else BODY


class Car:
    """vertices [n,3] in car lengths, faces [m,3], uv [n,2]; per face material (index into materials) and kind, its
    class; tinted: which materials are glass. metres: the car's length in its file."""

    def __init__(self, folder: str | Path, record: dict, yaw: float = 0.0, shift: float = 0.0) -> None:
        """folder: of the GLBs; record: the car's in cars.json; yaw, shift: from straighten.symmetry_plane; the car's
        length is taken after turning. Raises StageError where the file is broken or a wheel isn't found."""
        self.id, self.body = record["id"], record["body"]
        self.held_out = record.get("held_out", self.id in HELD_OUT)
        self.has_paint_mask = record["paint"].startswith("alpha")
        parts = []
        for p in read_glb(Path(folder) / record["file"]):
            kind = _class_of(self.id, p)
            if kind is None:
                continue
            kinds = np.full(len(p.faces), kind)
            if self.id == "cc-q7" and kind == GLASS:
                # The translucent material covers windows and lamps alike; the lamps sit at the car's ends.
                keep = np.abs(p.positions[p.faces].mean(1)[:, 2]) < 2.05
                p = type(p)(p.node, p.material, p.positions, p.uv, p.faces[keep])
                kinds = kinds[keep]
            parts.append((p, kinds))
        offsets = np.cumsum([0] + [len(p.positions) for p, _ in parts])
        positions = np.concatenate([p.positions for p, _ in parts])
        self.faces = np.concatenate([p.faces + o for (p, _), o in zip(parts, offsets)])
        self.vertices, self.metres = _normalised(positions, np.unique(self.faces))
        if yaw or shift:
            plain = self.metres
            moved = turned(self.vertices, yaw) + [shift, 0, 0]
            self.vertices, length = _normalised(moved, np.unique(self.faces), centre_x=False)
            self.metres = plain * length
        self.uv = np.concatenate([p.uv for p, _ in parts]).astype(np.float64)
        self.kind = np.concatenate([kinds for _, kinds in parts])
        self.materials = [p.material for p, _ in parts]
        self.material = np.concatenate([np.full(len(p.faces), i) for i, (p, _) in enumerate(parts)])
        self.tinted = np.array([(kinds == GLASS).any() for _, kinds in parts])
        # Glass low on the car covers lamps.
        low = self.vertices[self.faces].mean(1)[:, 1] < WINDOWS_ABOVE * self._roof()
        self.kind[(self.kind == GLASS) & low] = LIGHT
        self.wheels = self._wheels()

    def _roof(self) -> float:
        """Height of the roof: without aerials, which are thin."""
        down = np.stack(np.meshgrid(np.linspace(-0.1, 0.1, 41), np.linspace(-0.2, 0.1, 61)), -1).reshape(-1, 2)
        origin = np.stack([down[:, 0], np.ones(len(down)), down[:, 1]], 1)
        face, distance, _, _ = self.caster.first(origin, np.array([0.0, -1.0, 0.0]))
        return float(np.percentile(1 - distance[face >= 0], 90))

    def _wheels(self) -> Wheels:
        points = self.vertices[np.unique(self.faces[self.kind == WHEEL])]
        points = points[points[:, 0] > 0]
        centre, radius = [], []
        for front in (True, False):
            p = points[(points[:, 2] > 0) == front]
            if len(p) == 0:
                raise StageError(
                    f"{self.id} has no wheel {'in front' if front else 'behind'}; name its wheels in car.py"
                )
            r = (p[:, 1].max() - max(p[:, 1].min(), 0)) / 2
            middle = (p[:, 2].max() + p[:, 2].min()) / 2
            centre.append([p[:, 0].max(), r, middle])
            radius.append(r)
        return Wheels(np.array(centre), np.array(radius))

    @cached_property
    def caster(self) -> RayCaster:
        """Rays against all of the car's triangles."""
        return RayCaster(self.vertices, self.faces)

    def colour_at(self, face: np.ndarray, bary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """sRGB [n,3] in 0..1 and texture alpha [n] of points on faces [n] at barycentrics [n,3]; glass is the dark tint
        that the renderer shows."""
        colour, alpha = np.zeros((len(face), 3)), np.ones(len(face))
        uv = (self.uv[self.faces[face]] * bary[..., None]).sum(1)
        for index in np.unique(self.material[face]):
            at = self.material[face] == index
            m = self.materials[index]
            linear = np.broadcast_to(np.array(m.colour[:3], float), (at.sum(), 3)).copy()
            if m.texture is not None:
                texel = _bilinear(m.texture, uv[at])
                linear *= to_linear(texel[:, :3])
                alpha[at] = texel[:, 3]
            colour[at] = to_srgb(linear)
        colour[self.tinted[self.material[face]]] = np.array(GLASS_SRGB) / 255
        return colour, alpha


def _normalised(positions: np.ndarray, used: np.ndarray, centre_x: bool = True) -> tuple[np.ndarray, float]:
    """Positions at length 1, on y = 0 and centred, and the length they had; used: vertices that count."""
    low, high = positions[used].min(0), positions[used].max(0)
    length = high[2] - low[2]
    centre = [(low[0] + high[0]) / 2 if centre_x else 0.0, low[1], (low[2] + high[2]) / 2]
    return (positions - centre) / length, length


def _bilinear(texture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Texture u8 [h,w,4] read at uv [n,2] with wrapping: [n,4] in 0..1."""
    h, w = texture.shape[:2]
    x, y = uv[:, 0] * w - 0.5, uv[:, 1] * h - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]

    def read(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        return texture[j % h, i % w].astype(float) / 255

    above = read(x0, y0) * (1 - fx) + read(x0 + 1, y0) * fx
    below = read(x0, y0 + 1) * (1 - fx) + read(x0 + 1, y0 + 1) * fx
    return above * (1 - fy) + below * fy


def load_records(folder: str | Path, exclude: Collection[str] = (), held_out: Collection[str] = HELD_OUT) -> list[dict]:
    """Records of cars.json in its order, without the excluded cars, each marked held_out or not.

    Raises StageError where the list is missing or broken, names no excluded car, or holds no car to train on.
    """
    path = Path(folder) / "cars.json"
    if not path.is_file():
        raise StageError(f"{path} is missing; set [template] assets to the folder of car GLBs")
    try:
        records = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise StageError(f"{path} is not valid JSON: {error}") from None
    unknown = set(exclude) - {record["id"] for record in records}
    if unknown:
        raise StageError(f"[template] exclude names unknown cars: {', '.join(sorted(unknown))}")
    kept = [{**record, "held_out": record["id"] in held_out} for record in records if record["id"] not in exclude]
    if all(record["held_out"] for record in kept):
        raise StageError(f"{path} lists no car to train on; put car GLBs beside it or exclude fewer")
    return kept
