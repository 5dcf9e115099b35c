import { type PartName, partNames, type Template } from '../../shared/template.ts';
import { type AtlasLayout, fillGutter } from './atlas.ts';
import type { BlockAverages } from './low-resolution.ts';

const wheelParts: readonly PartName[] = ['wheel_fl', 'wheel_fr', 'wheel_rl', 'wheel_rr'];

/** Rings into which a wheel is cut, from the hub to the tread. */
const rings = 12;
/** Fewer texels than this in a ring don't tell its colour. */
const fewest = 3;

/**
 * Hidden wheels are round: each of their texels takes the median colour of its ring, over all wheels that the photo shows, or
 * over the guess [S, S, 3] where none shows that ring. A guess alone leaves blotches there.
 */
export function roundWheels(
  guess: Float32Array,
  template: Template,
  layout: AtlasLayout,
  { visibility, rgb }: BlockAverages,
  known: Float32Array,
): Float32Array {
  const ring = ringsOf(template, layout);
  const out = guess.slice();
  for (let r = 0; r < rings; r++) {
    const members: number[] = [];
    ring.forEach((value, texel) => {
      if (value === r) members.push(texel);
    });
    const seen = members.filter((texel) => visibility[texel] > 0.5);
    const source = seen.length >= fewest ? rgb : guess;
    const telling = seen.length >= fewest ? seen : members;
    if (telling.length === 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const values = Float32Array.from(telling, (texel) => source[3 * texel + channel]).sort();
      const median = values[values.length >> 1];
      for (const texel of members) {
        const i = 3 * texel + channel;
        out[i] += (median - out[i]) * (1 - known[texel]);
      }
    }
  }
  return out;
}

/** [S, S] the ring of each wheel's texel, -1 elsewhere. */
function ringsOf(template: Template, layout: AtlasLayout): Float32Array {
  return wheelRadii(template, layout).map((share) =>
    share < 0 ? -1 : Math.min(rings - 1, Math.floor(share * rings)),
  );
}

/**
 * [S, S] how far each wheel's texel lies from its axle, as a share of the wheel's radius; -1 elsewhere. Texels that no face
 * covers belong to the nearest covered one.
 */
export function wheelRadii({ parts, faces, vertices }: Template, layout: AtlasLayout): Float32Array {
  const wheels = new Map<number, { y: number; z: number; radius: number }>();
  for (const name of wheelParts) {
    const part = partNames.indexOf(name);
    const [ys, zs]: [number[], number[]] = [[], []];
    for (let corner = 0; corner < faces.length; corner++) {
      if (parts[Math.floor(corner / 3)] !== part) continue;
      ys.push(vertices[3 * faces[corner] + 1]);
      zs.push(vertices[3 * faces[corner] + 2]);
    }
    if (ys.length === 0) continue;
    const [top, bottom] = [Math.max(...ys), Math.min(...ys)];
    const z = (Math.max(...zs) + Math.min(...zs)) / 2;
    wheels.set(part, { y: (top + bottom) / 2, z, radius: Math.max(1e-6, (top - bottom) / 2) });
  }
  const radii = new Float32Array(layout.size ** 2).fill(-1);
  layout.texels.forEach((texel, k) => {
    const face = layout.faces[k];
    const wheel = wheels.get(parts[face]);
    if (!wheel) return;
    const [wb, wc] = [layout.weights[2 * k], layout.weights[2 * k + 1]];
    const at = (axis: number) =>
      (1 - wb - wc) * vertices[3 * faces[3 * face] + axis] +
      wb * vertices[3 * faces[3 * face + 1] + axis] +
      wc * vertices[3 * faces[3 * face + 2] + axis];
    radii[texel] = Math.hypot(at(1) - wheel.y, at(2) - wheel.z) / wheel.radius;
  });
  fillGutter(layout, radii, 1);
  return radii;
}
