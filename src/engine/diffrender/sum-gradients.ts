import { sharedNumbers } from './buffers.ts';
import type { Gradients } from './gradients.ts';

const names = ['vertices', 'camera', 'light', 'lamp', 'lobe', 'texels', 'uv', 'attributes'] as const;

/** Zero gradients of the same sizes, in shared memory. */
export function sharedLike(gradients: Gradients): Gradients {
  const shared = (values: Float64Array) => sharedNumbers(values.length);
  return {
    vertices: shared(gradients.vertices),
    camera: shared(gradients.camera),
    light: shared(gradients.light),
    lamp: shared(gradients.lamp),
    lobe: shared(gradients.lobe),
    texels: gradients.texels && shared(gradients.texels),
    uv: gradients.uv && shared(gradients.uv),
    attributes: gradients.attributes && shared(gradients.attributes),
  };
}

export function sameSizes(a: Gradients, b: Gradients): boolean {
  return names.every((name) => a[name]?.length === b[name]?.length);
}

/** The arrays that lie in shared memory, or those that don't. */
export function partOf(gradients: Gradients, isShared: boolean): Partial<Gradients> {
  const part: Partial<Gradients> = {};
  for (const name of names) {
    const values = gradients[name];
    if (values && values.buffer instanceof SharedArrayBuffer === isShared) part[name] = values;
  }
  return part;
}

/** Adds the `index`-th of `of` equal parts of the threads' own gradients to their sum. */
export function addPart(sum: Partial<Gradients>, own: readonly Gradients[], index: number, of: number): void {
  for (const name of names) {
    const into = sum[name];
    if (!into) continue;
    const first = Math.floor((index * into.length) / of);
    const end = Math.floor(((index + 1) * into.length) / of);
    for (const gradients of own) {
      const values = gradients[name];
      if (!values) continue;
      for (let k = first; k < end; k++) if (values[k] !== 0) into[k] += values[k];
    }
  }
}
