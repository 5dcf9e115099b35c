import { describe, expect, it } from 'vitest';
import { icosphere, plane } from './test-scenes.ts';
import { buildTopology } from './topology.ts';

describe('topology', () => {
  it('of a closed mesh has a neighbour everywhere, of a sheet at the diagonal alone', () => {
    const ball = icosphere(2);
    const { neighbours } = buildTopology(ball.faces, ball.vertices.length / 3);
    expect(neighbours.every((n) => n >= 0)).toBe(true);
    expect(Array.from(buildTopology(plane(1, 1).faces, 4).neighbours)).toEqual([-1, -1, 1, 0, -1, -1]);
  });

  it('gives an edge of three faces to none of them', () => {
    const { neighbours } = buildTopology(Uint32Array.from([0, 1, 2, 1, 0, 3, 0, 1, 4]), 5);
    expect(Array.from(neighbours)).toEqual(new Array(9).fill(-1));
  });
});
