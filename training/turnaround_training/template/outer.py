"""The outer surface of a car: points that rays from outside meet first, with a plate closing the underside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from turnaround_training.errors import StageError
from turnaround_training.template.car import BODY, FLOOR, WHEEL, Car
from turnaround_training.template.rays import RayCaster, frame_of, sphere_directions

DIRECTIONS = 240
SPACING = 0.008
VOXEL = 0.006
LEAK_VOXEL = 0.012
LEAK_SHARE = 0.08
FLOOR_WIDTH = 0.8
MIRROR_MARGIN = 0.012
WHEEL_WIDTH = 0.045
WHEEL_SEEN = 0.022


@dataclass(frozen=True)
class Surface:
    """points, normals [n,3] (car lengths, outward); kind, face [n] (face -1 on added plates); bary [n,3]."""

    points: np.ndarray
    normals: np.ndarray
    kind: np.ndarray
    face: np.ndarray
    bary: np.ndarray


def floor_heights(car: Car) -> tuple[float, float, float]:
    """Height of the body's lower edge in front of, between and behind the wheels, as seen from the sides."""
    z, y = np.meshgrid(np.linspace(-0.49, 0.49, 197), np.linspace(0.004, 0.25, 83), indexing="ij")
    low = np.full(len(z), np.inf)
    for side in (-1, 1):
        origin = np.stack([np.full(z.size, 2.0 * side), y.ravel(), z.ravel()], 1)
        face = car.caster.first(origin, np.array([-side, 0.0, 0.0]))[0].reshape(z.shape)
        body = (face >= 0) & (car.kind[face] != WHEEL)
        low = np.minimum(low, np.where(body.any(1), y[0][body.argmax(1)], np.inf))
    columns = z[:, 0]
    (_, _, front), (_, _, rear) = car.wheels.centre
    reach = car.wheels.radius * 1.2

    def pick(at: np.ndarray) -> float:
        seen = low[at & np.isfinite(low)]
        return float(np.median(seen)) if len(seen) else np.nan

    between = pick((columns < front - reach[0]) & (columns > rear + reach[1]))
    ahead, behind = pick(columns > front + reach[0]), pick(columns < rear - reach[1])
    ahead, behind = (between if np.isnan(value) else max(value, between * 0.8) for value in (ahead, behind))
    return ahead, between, behind


def floor_plate(car: Car) -> tuple[np.ndarray, np.ndarray]:
    """Vertices [8,3] and faces [6,3] of three strips that close the body from below."""
    ahead, between, behind = floor_heights(car)
    half = FLOOR_WIDTH * np.median(np.abs(car.wheels.centre[:, 0]))
    front, rear = car.wheels.centre[:, 2]
    stations = [(0.46, ahead), (front, (ahead + between) / 2), (rear, (behind + between) / 2), (-0.46, behind)]
    vertices = np.array([(s * half, y + 0.004, z) for z, y in stations for s in (-1, 1)])
    quads = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(3)]
    return vertices, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


def bed_lid(car: Car) -> tuple[np.ndarray, np.ndarray]:
    """Vertices [4,3] and faces [2,3] of a cover over a pickup's bed: one closed skin can't line its inside."""
    z, x = np.meshgrid(np.linspace(-0.48, -0.02, 93), np.linspace(0, 0.25, 51), indexing="ij")
    origin = np.stack([x.ravel(), np.ones(x.size), z.ravel()], 1)
    face, distance, _, _ = car.caster.first(origin, np.array([0.0, -1.0, 0.0]))
    height = np.where(face >= 0, 1 - distance, 0).reshape(x.shape)
    wall = height[:, 25:].max(1)
    bed = z[:, 0][(height[:, 0] < wall - 0.03)]
    if len(bed) < 5:
        raise StageError(f"{car.id} is listed as a pickup but has no open bed; correct its body type in cars.json")
    top = float(np.median(wall[(z[:, 0] >= bed.min()) & (z[:, 0] <= bed.max())]))
    half = 0.92 * float(np.abs(car.wheels.centre[:, 0]).mean())
    vertices = np.array([(s * half, top - 0.002, e) for e in (bed.max() + 0.01, bed.min() - 0.01) for s in (-1, 1)])
    return vertices, np.array([(0, 1, 3), (0, 3, 2)])


def closed_caster(car: Car) -> tuple[RayCaster, np.ndarray]:
    """Ray caster of the car with its floor plate and lid, and the class of each of its faces.

    Faces from len(car.faces) on are not the car's own.
    """
    plates = [(*floor_plate(car), FLOOR)] + ([(*bed_lid(car), BODY)] if car.body == "pickup" else [])
    vertices, faces, kinds = [car.vertices], [car.faces], [car.kind]
    for v, f, kind in plates:
        faces.append(f + sum(map(len, vertices)))
        vertices.append(v)
        kinds.append(np.full(len(f), kind))
    return RayCaster(np.concatenate(vertices), np.concatenate(faces)), np.concatenate(kinds)


def outer_surface(car: Car, directions: int = DIRECTIONS) -> Surface:
    """Samples the visible surface evenly; points seen from few sides only (through grilles) are dropped."""
    caster, kinds = closed_caster(car)
    low, high = car.vertices.min(0), car.vertices.max(0)
    centre, reach = (low + high) / 2, np.linalg.norm(high - low) / 2
    steps = np.arange(-reach, reach, SPACING)
    gx, gy = (g.ravel()[:, None] for g in np.meshgrid(steps, steps))
    hits = []
    for number, d in enumerate(sphere_directions(directions)):
        a, b = frame_of(d)
        shift = np.modf(number * np.array([0.754877, 0.569840]))[0] * SPACING
        origin = centre + 2 * d + (gx + shift[0]) * a + (gy + shift[1]) * b
        face, distance, bary, normal = caster.first(origin, -d)
        ok = face >= 0
        point = origin[ok] - distance[ok, None] * d
        hits.append((point, normal[ok], face[ok], bary[ok], np.full(ok.sum(), number), normal[ok] @ d))
    point, normal, face, bary, number, facing = (np.concatenate(h) for h in zip(*hits))
    seen = np.unique(np.column_stack([_cell(point, LEAK_VOXEL), number]), axis=0)[:, 0]
    cells, count = np.unique(seen, return_counts=True)
    open_cells = cells[count >= LEAK_SHARE * directions]
    ok = np.isin(_cell(point, LEAK_VOXEL), open_cells) & (facing > 0.2)
    order = np.flatnonzero(ok)[np.argsort(-facing[ok], kind="stable")]
    side = np.argmax(np.abs(normal[order]), axis=1) * 2 + (normal[order].max(1) > -normal[order].min(1))
    _, first = np.unique(_cell(point[order], VOXEL) * 8 + side, return_index=True)
    keep = order[np.sort(first)]
    plate = face[keep] >= len(car.faces)
    return Surface(point[keep], normal[keep], kinds[face[keep]], np.where(plate, -1, face[keep]), bary[keep])


def fitting_surface(car: Car, surface: Surface, flanks: float) -> Surface:
    """The surface to register to: wheels as plain cylinders where they show, door mirrors left out.

    flanks: half width of the body (car lengths).
    """
    mirrors = (np.abs(surface.points[:, 0]) > flanks + MIRROR_MARGIN) & (surface.points[:, 1] > 0.14)
    keep = (surface.kind != WHEEL) & ~mirrors
    seen = cKDTree(surface.points[surface.kind == WHEEL])
    points, normals = [], []
    for (x, y, z), r in zip(car.wheels.centre, car.wheels.radius):
        p, n = _cylinder(r, WHEEL_WIDTH)
        for side in (1, -1):
            q = (p * [side, 1, 1]) + [side * x, y, z]
            ok = seen.query(q)[0] < WHEEL_SEEN
            points.append(q[ok])
            normals.append((n * [side, 1, 1])[ok])
    points, normals = np.concatenate(points), np.concatenate(normals)
    return Surface(np.concatenate([surface.points[keep], points]), np.concatenate([surface.normals[keep], normals]),
                   np.concatenate([surface.kind[keep], np.full(len(points), WHEEL)]),
                   np.concatenate([surface.face[keep], np.full(len(points), -1)]),
                   np.concatenate([surface.bary[keep], np.zeros((len(points), 3))]))


def _cylinder(radius: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals of a wheel about the x axis whose outer face lies at x = 0, its inside at -width."""
    steps = np.arange(-radius, radius, VOXEL)
    y, z = (g.ravel() for g in np.meshgrid(steps, steps))
    disc = np.stack([np.zeros_like(y), y, z], 1)[np.hypot(y, z) < radius]
    angle = np.arange(0, 2 * np.pi, VOXEL / radius)
    a, x = (g.ravel() for g in np.meshgrid(angle, np.arange(-width, 0, VOXEL)))
    tread = np.stack([x, radius * np.cos(a), radius * np.sin(a)], 1)
    points = np.concatenate([disc, disc - [width, 0, 0], tread])
    normals = np.concatenate([disc * 0 + [1, 0, 0], disc * 0 - [1, 0, 0], tread * [0, 1, 1] / radius])
    return points, normals


def _cell(points: np.ndarray, size: float) -> np.ndarray:
    i = np.floor((points + 1) / size).astype(np.int64)
    return (i[:, 0] * 1024 + i[:, 1]) * 1024 + i[:, 2]
