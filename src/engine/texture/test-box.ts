import type { Template } from '../../shared/template.ts';

type Point = readonly [number, number, number];

/** Half width, height and half length of the box, car lengths. */
const [hw, h, hl] = [0.2, 0.3, 0.5];

/** Charts of the box in its atlas, [left, top, right, bottom]; `right` is `left` under u -> 1 - u. */
export const charts = {
  left: [0.02, 0.02, 0.48, 0.23],
  right: [0.52, 0.02, 0.98, 0.23],
  top: [0.1, 0.27, 0.9, 0.48],
  front: [0.1, 0.52, 0.9, 0.73],
  rear: [0.1, 0.77, 0.9, 0.86],
  bottom: [0.1, 0.9, 0.9, 0.98],
} as const;

/**
 * A box instead of a car, for tests of textures: flat sides with charts of their own, counter-clockwise from outside. Corners
 * of a side: top left, bottom left, bottom right, top right of its chart.
 */
export function boxTemplate(): Template {
  const sides: [keyof typeof charts, Point[]][] = [
    [
      'left',
      [
        [hw, h, hl],
        [hw, 0, hl],
        [hw, 0, -hl],
        [hw, h, -hl],
      ],
    ],
    [
      'right',
      [
        [-hw, h, -hl],
        [-hw, 0, -hl],
        [-hw, 0, hl],
        [-hw, h, hl],
      ],
    ],
    [
      'top',
      [
        [-hw, h, -hl],
        [-hw, h, hl],
        [hw, h, hl],
        [hw, h, -hl],
      ],
    ],
    [
      'front',
      [
        [-hw, h, hl],
        [-hw, 0, hl],
        [hw, 0, hl],
        [hw, h, hl],
      ],
    ],
    [
      'rear',
      [
        [hw, h, -hl],
        [hw, 0, -hl],
        [-hw, 0, -hl],
        [-hw, h, -hl],
      ],
    ],
    [
      'bottom',
      [
        [-hw, 0, hl],
        [-hw, 0, -hl],
        [hw, 0, -hl],
        [hw, 0, hl],
      ],
    ],
  ];
  const vertices: number[] = [];
  const faces: number[] = [];
  const uv: number[] = [];
  for (const [name, corners] of sides) {
    const first = vertices.length / 3;
    for (const corner of corners) vertices.push(...corner);
    const [u0, v0, u1, v1] = charts[name];
    const places = [
      [u0, v0],
      [u0, v1],
      [u1, v1],
      [u1, v0],
    ];
    for (const [a, b, c] of [
      [0, 1, 2],
      [0, 2, 3],
    ]) {
      faces.push(first + a, first + b, first + c);
      uv.push(...places[a], ...places[b], ...places[c]);
    }
  }
  const vertexCount = vertices.length / 3;
  return {
    vertexCount,
    faceCount: faces.length / 3,
    coefficientCount: 1,
    vertices: Float32Array.from(vertices),
    faces: Uint32Array.from(faces),
    uv: Float32Array.from(uv),
    mirror: Uint32Array.from({ length: vertexCount }, (_, v) => v),
    parts: new Uint8Array(faces.length / 3),
    basis: new Float32Array(vertices.length),
    typicalLengths: { sedan: 4 },
  };
}
