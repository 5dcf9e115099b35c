"""Names the part of each template face by vote of the registered cars' materials."""

from __future__ import annotations

import numpy as np

from turnaround_training.template.car import GLASS, LIGHT, WHEEL
from turnaround_training.template.hull import face_normals
from turnaround_training.template.icosphere import mirror_faces
from turnaround_training.template.register import Target

NAMES = ["body", "glass", "wheel_fl", "wheel_fr", "wheel_rl", "wheel_rr", "lights_front", "lights_rear"]
LIGHT_SHARE = 0.35
"""Share of the cars with separate lamp materials that must see a lamp at a face: lamps sit in different places."""


def label_parts(
    vertices: np.ndarray, faces: np.ndarray, mirror: np.ndarray, cars: list[tuple[np.ndarray, Target, float]]
) -> np.ndarray:
    """Part of each face u8 [m]; cars: (registered vertices, Target, weight) of each.

    Each car gives each face the class of its surface there; glass and wheels by weighted majority, both sides together.
    Lights are voted on only by cars that have lamp materials at that end (many paint them into the body's texture).
    """
    twin = mirror_faces(faces, mirror)
    votes = np.zeros((len(faces), 5))
    lamps = {1: [np.zeros(len(faces)), 0.0], -1: [np.zeros(len(faces)), 0.0]}
    for shape, target, weight in cars:
        normal = face_normals(shape, faces)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20)
        kind = target.kinds_at(shape[faces].mean(1), normal)
        votes[np.arange(len(faces)), kind] += weight
        for end, lamp in lamps.items():
            if ((target.kind == LIGHT) & (end * target.points[:, 2] > 0.2)).sum() > 60:
                lamp[0] += weight * (kind == LIGHT)
                lamp[1] += weight
    votes = votes + votes[twin]
    centre = vertices[faces].mean(1)
    part = np.zeros(len(faces), np.uint8)
    part[votes.argmax(1) == GLASS] = 1
    wheel = votes.argmax(1) == WHEEL
    part[wheel] = (2 + 2 * (centre[:, 2] < 0) + (centre[:, 0] < 0))[wheel]
    for end, number in ((1, 6), (-1, 7)):
        seen, total = lamps[end]
        share = (seen + seen[twin]) / max(2 * total, 1e-9)
        part[(share > LIGHT_SHARE) & (end * centre[:, 2] > 0) & (part == 0)] = number
    return part
