import type { Buffers } from './buffers.ts';
import type { Gradients } from './gradients.ts';
import { type PictureGradient, render, renderBackward } from './render.ts';
import type { CameraMatrix, Scene } from './types.ts';

/** Something that draws as `render` and `renderBackward` do. */
export interface Renderer {
  render(scene: Scene, buffers: Buffers): void;
  renderBackward(scene: Scene, buffers: Buffers, picture: PictureGradient, gradients: Gradients): void;
}

/** The reference, on the calling thread alone. */
export const plainRenderer: Renderer = { render, renderBackward };

/** Scenes that differ in their camera alone. */
export function viewsOf(scene: Scene, cameras: readonly CameraMatrix[]): Scene[] {
  return cameras.map((camera) => ({ ...scene, camera }));
}

/** Gradients for views of one scene: they add to the same arrays, but each has its camera's of its own. */
export function gradientsOfViews(gradients: Gradients, count: number): Gradients[] {
  return Array.from({ length: count }, () => ({ ...gradients, camera: new Float64Array(16) }));
}

/** Draws several scenes, each into buffers of its own. */
export function renderBatch(
  scenes: readonly Scene[],
  buffers: readonly Buffers[],
  renderer: Renderer = plainRenderer,
): void {
  if (buffers.length < scenes.length)
    throw new RangeError(`renderBatch: ${scenes.length} scenes, but buffers for ${buffers.length}.`);
  scenes.forEach((scene, k) => {
    renderer.render(scene, buffers[k]);
  });
}

/** Adds the gradients of what renderBatch drew; the scenes' gradients may share arrays, see gradientsOfViews. */
export function renderBatchBackward(
  scenes: readonly Scene[],
  buffers: readonly Buffers[],
  pictures: readonly PictureGradient[],
  gradients: readonly Gradients[],
  renderer: Renderer = plainRenderer,
): void {
  if (Math.min(buffers.length, pictures.length, gradients.length) < scenes.length)
    throw new RangeError(`renderBatchBackward: ${scenes.length} scenes, but not as many of all the rest.`);
  scenes.forEach((scene, k) => {
    renderer.renderBackward(scene, buffers[k], pictures[k], gradients[k]);
  });
}

/** Milliseconds of the quickest of a few runs of `render` and `renderBackward` of a scene. */
function quickest(renderer: Renderer, scene: Scene, buffers: Buffers, gradients: Gradients): number {
  const pixels = scene.width * scene.height;
  const picture = { colour: new Float64Array(3 * pixels).fill(1), mask: new Float64Array(pixels).fill(1) };
  let least = Infinity;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    renderer.render(scene, buffers);
    renderer.renderBackward(scene, buffers, picture, gradients);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** The renderer that draws a scene in the least time here and now, by trying; what `gradients` hold is overwritten by noise. */
export function fastestOf(
  renderers: readonly Renderer[],
  scene: Scene,
  buffers: Buffers,
  gradients: Gradients,
): Renderer {
  const times = renderers.map((renderer) => quickest(renderer, scene, buffers, gradients));
  return renderers[times.indexOf(Math.min(...times))] ?? plainRenderer;
}
