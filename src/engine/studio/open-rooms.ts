import type { ModelRunner } from '../models/store.ts';
import { ModelStore } from '../models/store.ts';
import { NeuralView } from '../neural/neural-view.ts';
import { segmentPhoto } from '../photo/segment.ts';
import { reconstruct } from '../reconstruct/reconstruct.ts';
import { RefineThreads } from '../refine/threads.ts';
import type { StudioOptions } from '../studio.ts';
import { fullAtlasSize, textureCar } from '../texture/texture-car.ts';
import { Gate } from './gate.ts';
import { refineInThreads } from './refine-in-threads.ts';
import type { Rooms } from './rooms.ts';

/** The real rooms on a folder of models. Throws `model-missing`, `model-hash`, `provider-unavailable` ... */
export async function openRooms({
  modelsDir,
  provider,
}: Pick<StudioOptions, 'modelsDir' | 'provider'>): Promise<Rooms> {
  const store = await ModelStore.open(modelsDir, provider);
  const template = await store.template();
  // a model that runs keeps its session; changing the provider closes all sessions
  const gate = new Gate();
  const refineThreads = new RefineThreads();
  let [closed, chosen] = [false, false];
  const models: ModelRunner = { run: (name, feeds) => gate.shared(() => store.run(name, feeds)) };
  return {
    template,
    status: async () => ({
      provider: store.provider,
      tried: store.tried,
      models: await store.describe(),
    }),
    setProvider: async (wanted) => {
      await store.prove(wanted);
      chosen = true;
      await gate.exclusive(() => store.setProvider(wanted));
    },
    warmUp: async () => {
      await gate.shared(() => store.warmUp());
      refineThreads.warm(template);
      if (provider !== 'auto' || closed) return;
      const fastest = await store.prove('auto');
      if (fastest === store.provider || closed || chosen) return;
      await gate.exclusive(() => store.setProvider('auto'));
      await gate.shared(() => store.warmUp());
    },
    segment: (photo, signal) => segmentPhoto(models, photo, signal),
    reconstruct: (photo, mask, options) => reconstruct(models, template, photo, mask, options),
    textureCar: (photo, mask, pose, signal, { full = false, isNew = false, others = [] } = {}) => {
      const { offsets, lengthMetres } = pose;
      const car = { ...pose, template, photo, mask };
      const more = others.map((other) => ({ ...other, template, offsets, lengthMetres }));
      const size = full ? fullAtlasSize(pose.crop) : 1024;
      const options = { size, settleExposure: isNew, ...(signal ? { signal } : {}) };
      return textureCar(models, [car, ...more], options);
    },
    loadNeural: (content) => NeuralView.load(models, content, store.manifest.models.upsampler),
    refine: refineInThreads(refineThreads, template),
    close: async () => {
      closed = true;
      await refineThreads.close();
      await gate.exclusive(() => store.close());
    },
  };
}
