import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import { canonicalViewpoint } from '../../shared/viewpoint.ts';
import { boxCentre } from '../render/camera.ts';
import { refine } from './refine.ts';
import type { RefineInput } from './types.ts';

const side = 64;

/** What runs once in a refinement is compiled after some of them; what runs in its loop is after the first. */
const rounds = 4;

/**
 * Short refinements of nothing in particular that go through all stages, so that the first one of a user finds its code
 * compiled. Rejects with `cancelled` at a signal that comes before the last has begun.
 */
export async function rehearse(template: Template, signal: AbortSignal): Promise<void> {
  const input = rehearsal(template);
  for (let round = 0; round < rounds; round++) {
    await refine(input, { iterations: round === 0 ? 20 : 1, signal, onProgress: () => {} });
  }
}

/** The mean car before a grey photo that masks a box about as large. */
function rehearsal(template: Template): RefineInput {
  const box = (p: number) => {
    const [x, y] = [p % side, Math.floor(p / side)];
    return x >= 6 && x < 58 && y >= 20 && y < 44;
  };
  return {
    template,
    offsets: new Float32Array(template.vertices.length),
    lengthMetres: 1,
    texture: { size: 16, rgb: new Uint8Array(3 * 16 * 16).fill(128) },
    views: [
      {
        photo: { width: side, height: side, rgb: new Uint8Array(3 * side * side).fill(128) },
        mask: Uint8Array.from({ length: side * side }, (_, p) => (box(p) ? 255 : 0)),
        crop: { x: 0, y: 0, size: side },
        viewpoint: canonicalViewpoint(40, 10, 1, boxCentre(template.vertices)),
        light: ambientLight(),
      },
    ],
  };
}
