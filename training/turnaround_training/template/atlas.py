"""The texture atlas: four rectangular charts, mirror images of each other about u = 1/2.

    left flank | hood, roof, boot with front and rear | right flank
               | underside                            |

Every chart is a disc whose border goes to a rectangle's border and whose inside is a convex combination of its
neighbours (Tutte), so no two faces overlap; weights are relaxed so that texels spread evenly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from turnaround_training.template.hull import face_normals
from turnaround_training.template.icosphere import mirror_faces

TOP, LEFT, RIGHT, UNDER = 0, 1, 2, 3
CHARTS = ("top", "left", "right", "underside")
GUTTER = 2 / 128
"""Empty width between charts, two texels at 128 px; half of it stays free along the atlas's border."""
BULGE = 0.004
"""How far the sides of a chart's rectangle arch outwards: strictly convex borders leave no face flat."""
FLANK_WIDTH = 0.255
UNDER_HEIGHT = 0.1


def face_adjacency(faces: np.ndarray) -> sparse.csr_matrix:
    """Faces that share an edge: symmetric boolean sparse [m,m]."""
    sides = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, edge = np.unique(sides, axis=0, return_inverse=True)
    owner = np.repeat(np.arange(len(faces)), 3)
    incidence = sparse.csr_matrix((np.ones(len(owner)), (owner, edge)))
    near = (incidence @ incidence.T).tolil()
    near.setdiag(0)
    return near.tocsr()


def charts_of(vertices: np.ndarray, faces: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """Chart of each face [m]; mirror-symmetric, each chart one disc."""
    twin = mirror_faces(faces, mirror)
    near = face_adjacency(faces)
    normal = face_normals(vertices, faces)
    area = np.linalg.norm(normal, axis=1, keepdims=True)
    normal, centre = normal / area, vertices[faces].mean(1)
    smooth = sparse.identity(len(faces)) + near
    for _ in range(3):
        normal = smooth @ normal
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    score = np.zeros((len(faces), 4))
    score[:, TOP] = np.maximum(normal[:, 1] + 0.05, np.abs(normal[:, 2]) * (1 - np.maximum(-normal[:, 1], 0)))
    wheel = 0.4 * (centre[:, 1] < 0.08)
    score[:, LEFT], score[:, RIGHT] = (1.05 + wheel) * normal[:, 0], -(1.05 + wheel) * normal[:, 0]
    low = np.clip((0.10 - centre[:, 1]) / 0.05, -1, 1)
    score[:, UNDER] = -normal[:, 1] + 0.1 * low
    straddles = twin == np.arange(len(faces))
    for _ in range(12):
        score = 0.5 * score + 0.5 * (near @ score) / 3
    score[straddles, LEFT] = score[straddles, RIGHT] = -9
    label = score.argmax(1)
    for _ in range(40):
        label = _join_strays(label, near)
        votes = np.stack([near @ (label == k) for k in range(4)], 1)
        majority = votes.max(1) >= 2
        label = np.where(majority, votes.argmax(1), label)
        label = _symmetric(label, twin, straddles, centre)
    return _symmetric(_join_strays(label, near), twin, straddles, centre)


def _symmetric(label: np.ndarray, twin: np.ndarray, straddles: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Takes the labels of the car's left half for both halves."""
    swap = np.array([TOP, RIGHT, LEFT, UNDER])
    other = swap[label[twin]]
    label = np.where(centre[:, 0] >= 0, label, other)
    label[straddles & ((label == LEFT) | (label == RIGHT))] = TOP
    return label


def _join_strays(label: np.ndarray, near: sparse.csr_matrix) -> np.ndarray:
    """Gives all but the largest piece of each chart to the chart around it."""
    label = label.copy()
    for k in range(4):
        own = np.flatnonzero(label == k)
        count, piece = connected_components(near[own][:, own])
        if count > 1:
            for stray in set(range(count)) - {np.bincount(piece).argmax()}:
                some = own[piece == stray]
                around = np.asarray(near[some].sum(0)).ravel() > 0
                around[some] = False
                label[some] = np.bincount(label[around], minlength=4).argmax()
    return label


def border_loop(faces: np.ndarray) -> np.ndarray:
    """The border of a disc of faces as a closed loop of vertices, counter-clockwise like the faces."""
    half = {(a, b) for f in faces.tolist() for a, b in zip(f, f[1:] + f[:1])}
    after = {}
    for a, b in half:
        if (b, a) not in half:
            if a in after:
                raise ValueError("a chart touches itself in one vertex; charts must be discs")
            after[a] = b
    loop = [min(after)]
    while after[loop[-1]] != loop[0]:
        loop.append(after[loop[-1]])
    if len(loop) != len(after):
        raise ValueError("a chart has a hole; charts must be discs")
    return np.array(loop)


def flatten(
    vertices: np.ndarray, faces: np.ndarray, corners: Sequence[int], size: tuple[float, float], rounds: int = 60
) -> np.ndarray:
    """Positions [n,2] in a rectangle [0,w]x[0,h] of a disc's vertices (nan elsewhere).

    corners: four border vertices that go to (0,0), (w,0), (w,h), (0,h), counter-clockwise; size: (w, h). Raises
    ValueError where the faces are no disc.
    """
    loop = border_loop(faces)
    at = [int(np.flatnonzero(loop == c)[0]) for c in corners]
    w, h = size
    ends = np.array([(0, 0), (w, 0), (w, h), (0, h)], float)
    uv = np.full((len(vertices), 2), np.nan)
    outwards = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)], float)
    for k in range(4):
        side = np.roll(loop, -at[k])
        side = side[:int(np.flatnonzero(side == corners[(k + 1) % 4])[0]) + 1]
        step = np.linalg.norm(np.diff(vertices[side], axis=0), axis=1)
        t = np.concatenate([[0], np.cumsum(step)])[:, None] / step.sum()
        uv[side] = ends[k] + t * (ends[(k + 1) % 4] - ends[k]) + BULGE * 4 * t * (1 - t) * outwards[k]
    used = np.unique(faces)
    inner = np.setdiff1d(used, loop)
    number = np.full(len(vertices), -1)
    number[inner] = np.arange(len(inner))
    pairs = faces[:, [[0, 1], [1, 2], [2, 0], [1, 0], [2, 1], [0, 2]]].reshape(-1, 2)
    pairs = np.unique(pairs[number[pairs[:, 0]] >= 0], axis=0)
    i, j = pairs.T
    weight = np.ones(len(pairs))
    area = np.linalg.norm(face_normals(vertices, faces), axis=1)
    best, best_spread = None, np.inf
    for _ in range(rounds):
        inside = number[j] >= 0
        total = np.bincount(number[i], weight, len(inner))
        matrix = sparse.csr_matrix((weight[inside], (number[i][inside], number[j][inside])), (len(inner),) * 2)
        right = np.stack([np.bincount(number[i][~inside], weight[~inside] * uv[j[~inside], k], len(inner))
                          for k in range(2)], 1)
        uv[inner] = spsolve((sparse.diags(total) - matrix).tocsc(), right)
        a, b, c = (uv[faces[:, k]] for k in range(3))
        flat = np.abs(_cross(b - a, c - a))
        stretch = area / np.maximum(flat, 1e-12)
        spread = float((area * stretch).sum() / area.sum() * flat.sum() / area.sum())
        if spread < best_spread:
            best, best_spread = uv.copy(), spread
        share, crowded = np.zeros(len(vertices)), np.zeros(len(vertices))
        for k in range(3):
            np.add.at(share, faces[:, k], area)
            np.add.at(crowded, faces[:, k], area * stretch)
        local = crowded / np.maximum(share, 1e-12)
        local /= np.median(local[used])
        # A vertex whose faces have too few texels attracts less, so that its neighbours make room.
        weight = weight * np.clip(local[j], 0.3, 3.0) ** -0.3
        weight /= weight.mean()
    return best


def build_atlas(vertices: np.ndarray, faces: np.ndarray, mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """uv f64 [m,3,2] per corner (v down) and the chart of each face [m]."""
    label = charts_of(vertices, faces, mirror)
    touching = [np.unique(faces[label == k]) for k in range(4)]
    corner = {}
    for name, k in (("l", LEFT), ("r", RIGHT)):
        junctions = np.intersect1d(np.intersect1d(touching[k], touching[TOP]), touching[UNDER])
        corner[name + "f"] = junctions[vertices[junctions, 2].argmax()]
        corner[name + "b"] = junctions[vertices[junctions, 2].argmin()]
    upper = np.intersect1d(touching[LEFT], touching[TOP])
    shoulder = [upper[(sign * vertices[upper, 2] + vertices[upper, 1]).argmax()] for sign in (1, -1)]
    edge, half = GUTTER / 2 + BULGE, GUTTER / 2
    boxes = {
        LEFT: (edge, edge, FLANK_WIDTH - BULGE, 1 - edge),
        TOP: (FLANK_WIDTH + GUTTER + BULGE, edge, 1 - FLANK_WIDTH - GUTTER - BULGE, 1 - UNDER_HEIGHT - half - BULGE),
        UNDER: (
            FLANK_WIDTH + GUTTER + BULGE,
            1 - UNDER_HEIGHT + half + BULGE,
            1 - FLANK_WIDTH - GUTTER - BULGE,
            1 - edge,
        ),
    }
    corners = {LEFT: (corner["lb"], shoulder[1], shoulder[0], corner["lf"]),
               TOP: (corner["lb"], corner["rb"], corner["rf"], corner["lf"]),
               UNDER: (corner["lf"], corner["rf"], corner["rb"], corner["lb"])}
    uv = np.zeros((len(faces), 3, 2))
    for k, (left, top, right, bottom) in boxes.items():
        size = (right - left, bottom - top)
        flat = flatten(vertices, faces[label == k], corners[k], size)
        if k != LEFT:
            flat = (flat + np.array([size[0], 0]) + np.array([-1, 1]) * flat[mirror]) / 2
        uv[label == k] = np.stack([left + flat[:, 0], bottom - flat[:, 1]], 1)[faces[label == k]]
    twin = mirror_faces(faces, mirror)
    for f in np.flatnonzero(label == RIGHT):
        source = faces[twin[f]].tolist()
        order = [source.index(mirror[v]) for v in faces[f]]
        uv[f] = uv[twin[f]][order] * [-1, 1] + [1, 0]
    return uv, label


def rasterise(uv: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Face of each texel [size,size] (-1 none), barycentrics [size,size,3] of its centre, and how many faces claim
    it."""
    face = np.full((size, size), -1)
    bary = np.zeros((size, size, 3))
    claims = np.zeros((size, size), int)
    for f, (a, b, c) in enumerate(uv * size):
        low = np.maximum(np.floor(np.minimum(np.minimum(a, b), c) - 0.5), 0).astype(int)
        high = np.minimum(np.ceil(np.maximum(np.maximum(a, b), c) - 0.5), size - 1).astype(int)
        x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
        p = np.stack([x + 0.5, y + 0.5], -1)
        w = np.stack([_cross(b - p, c - p), _cross(c - p, a - p), _cross(a - p, b - p)], -1) / _cross(b - a, c - a)
        inside = (w > 1e-9).all(-1)
        x, y = x[inside], y[inside]
        claims[y, x] += 1
        face[y, x], bary[y, x] = f, w[inside]
    return face, bary, claims


def _cross(s: np.ndarray, t: np.ndarray) -> np.ndarray:
    """z of the cross product of vectors [...,2]."""
    return s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]
