import { expect, it, vi } from 'vitest';
import type { Provider } from '../../shared/studio-api.ts';
import { openRooms } from './open-rooms.ts';

let provider: Provider = 'cpu';
let proven: (fastest: Provider) => void = () => {};

vi.mock('../refine/threads.ts', () => ({
  RefineThreads: class {
    warm() {}
    async close() {}
  },
}));
vi.mock('../models/store.ts', () => ({
  ModelStore: {
    open: async () => ({
      template: async () => ({}),
      warmUp: async () => {},
      close: async () => {},
      get provider() {
        return provider;
      },
      prove: (wanted: Provider | 'auto') =>
        wanted === 'auto' ? new Promise<Provider>((resolve) => (proven = resolve)) : Promise.resolve(wanted),
      setProvider: async (wanted: Provider | 'auto') => {
        provider = wanted === 'auto' ? 'webgpu' : wanted;
      },
    }),
  },
}));

it("takes the fastest provider by itself, but not in the place of the user's choice", async () => {
  for (const [choice, then] of [
    [null, 'webgpu'],
    ['cpu', 'cpu'],
  ] as const) {
    provider = 'cpu';
    const rooms = await openRooms({ modelsDir: '', provider: 'auto' });
    const warm = rooms.warmUp();
    await new Promise((resolve) => setTimeout(resolve));
    if (choice) await rooms.setProvider(choice);
    proven('webgpu');
    await warm;
    expect(provider).toBe(then);
    await rooms.close();
  }
});
