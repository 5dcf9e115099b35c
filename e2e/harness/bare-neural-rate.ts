import { defaultModelsDir } from '../../src/engine/host/paths.ts';
import { ModelStore } from '../../src/engine/models/store.ts';
import { NeuralView } from '../../src/engine/neural/neural-view.ts';

/** Drafts a second that the neural view's models draw on this machine with no studio around them. */
export async function bareNeuralRate(milliseconds: number): Promise<number> {
  const store = await ModelStore.open(defaultModelsDir(), 'cpu');
  try {
    const { vertexCount } = await store.template();
    const view = await NeuralView.load(store, {
      offsets: new Float32Array(3 * vertexCount),
      texture: { size: 64, rgb: new Uint8Array(3 * 64 ** 2).fill(128) },
      background: new Float32Array(32),
    });
    await view.render(0, 10, { detail: 'draft' });
    const begun = performance.now();
    let pictures = 0;
    while (performance.now() - begun < milliseconds) {
      await view.render(30 * pictures, 10, { detail: 'draft' });
      pictures++;
    }
    return (1000 * pictures) / (performance.now() - begun);
  } finally {
    await store.close();
  }
}
