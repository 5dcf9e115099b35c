import { partNames, type Template } from '../../shared/template.ts';

/**
 * A small stand-in for the template in tests: a closed, left-right symmetric ellipsoid of a car's proportions (length 1,
 * on y = 0), each side projected into its half of the atlas, with a basis of two shape coefficients.
 */
export function testTemplate(): Template {
  const [rings, spokes] = [7, 16];
  const [halfWidth, halfHeight, halfLength] = [0.2, 0.16, 0.5];
  const points: number[][] = [[0, 2 * halfHeight, 0]];
  for (let ring = 1; ring <= rings; ring++) {
    const polar = (Math.PI * ring) / (rings + 1);
    for (let spoke = 0; spoke < spokes; spoke++) {
      const turn = (2 * Math.PI * spoke) / spokes;
      points.push([
        halfWidth * Math.sin(polar) * Math.sin(turn),
        halfHeight * (1 + Math.cos(polar)),
        halfLength * Math.sin(polar) * Math.cos(turn),
      ]);
    }
  }
  points.push([0, 0, 0]);
  const at = (ring: number, spoke: number) => 1 + ring * spokes + ((spoke + spokes) % spokes);
  const triangles: number[][] = [];
  for (let spoke = 0; spoke < spokes; spoke++) {
    triangles.push([0, at(0, spoke), at(0, spoke + 1)]);
    triangles.push([points.length - 1, at(rings - 1, spoke + 1), at(rings - 1, spoke)]);
    for (let ring = 0; ring + 1 < rings; ring++) {
      triangles.push([at(ring, spoke), at(ring + 1, spoke), at(ring + 1, spoke + 1)]);
      triangles.push([at(ring, spoke), at(ring + 1, spoke + 1), at(ring, spoke + 1)]);
    }
  }
  const faces = Uint32Array.from(triangles.flat());
  const uv = triangles.flatMap((corners) => {
    const left = corners.reduce((sum, vertex) => sum + points[vertex][0], 0) > 0;
    return corners.flatMap((vertex) => {
      const [, y, z] = points[vertex];
      const across = 0.02 + 0.46 * (z + 0.5);
      return [left ? 1 - across : across, 0.95 - (0.9 * y) / (2 * halfHeight)];
    });
  });
  const mirror = points.map(([x, y, z]) =>
    points.findIndex((p) => Math.hypot(p[0] + x, p[1] - y, p[2] - z) < 1e-6),
  );
  const vertices = Float32Array.from(points.flat());
  const scaled = (axis: number) => vertices.map((value, i) => (i % 3 === axis ? 0.1 * value : 0));
  return {
    vertexCount: points.length,
    faceCount: triangles.length,
    coefficientCount: 2,
    vertices,
    faces,
    uv: Float32Array.from(uv),
    mirror: Uint32Array.from(mirror),
    parts: new Uint8Array(triangles.length).map((_part, f) => f % partNames.length),
    basis: Float32Array.from([...scaled(0), ...scaled(1)]),
    typicalLengths: { sedan: 4.7 },
  };
}
