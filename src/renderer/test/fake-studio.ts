import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { StudioDocument } from '../../shared/document.ts';
import { cancelled, StudioError, throwIfCancelled } from '../../shared/errors.ts';
import type { EventSource } from '../../shared/rpc.ts';
import {
  type DocumentState,
  type EventName,
  type EventPayload,
  type Handlers,
  type Provider,
  type ReconstructProgress,
  type RefineResult,
  reconstructStages,
  type Status,
} from '../../shared/studio-api.ts';
import { flipped } from '../../shared/viewpoint.ts';
import {
  fakeCars,
  fakeMask,
  fakeNeuralPicture,
  fakeObserved,
  fakePhoto,
  fakeTemplate,
  fakeTexture,
} from './fake-car.ts';
import { testDocument } from './test-document.ts';

interface Stages {
  signal: AbortSignal;
  progress(value: ReconstructProgress): void;
}

export interface FakeStudio {
  handlers: Handlers;
  events: EventSource;
  /** methods called so far, in order */
  calls: string[];
}

/** A studio of plain objects with real history, progress and cancelling, and no computing: for the page's own tests. */
export async function createFakeStudio({ empty = false } = {}): Promise<FakeStudio> {
  const assets = new Map<string, { bytes: Uint8Array<ArrayBuffer>; type: string }>();
  const put = (bytes: Uint8Array<ArrayBuffer>, type: string) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    assets.set(hash, { bytes, type });
    return hash;
  };
  const template = fakeTemplate();
  const still = new Float32Array(template.vertices.length);
  const floats = (values: Float32Array<ArrayBuffer>) =>
    put(new Uint8Array(values.buffer.slice(0)), 'application/octet-stream');
  const masks = [put(await fakeMask(0), 'image/png'), put(await fakeMask(1), 'image/png')];
  const picture = put(await fakePhoto(), 'image/png');
  const textures = [
    put(await fakeTexture('#a3362c'), 'image/png'),
    put(await fakeTexture('#8f98a3'), 'image/png'),
  ];
  const observed = put(await fakeObserved(), 'image/png');
  const thumbnail = assets.get(picture)?.bytes ?? null;
  const base = testDocument();

  const make = (id: string, name: string, selected: number): StudioDocument => ({
    ...base,
    id,
    name,
    photo: {
      name,
      width: 1600,
      height: 1000,
      picture,
      mask: masks[selected] ?? '',
      maskSource: 'segmenter',
      cars: fakeCars,
      selected,
    },
    car: {
      lengthMetres: 4.4,
      offsets: floats(still),
      texture: textures[selected] ?? '',
      observed,
      light: [2.6, 2.55, 2.5, 0.9, 0.92, 0.98, 0.2, 0.2, 0.2, 0.4, 0.38, 0.35, ...new Array(15).fill(0)],
    },
    viewpoint: { ...base.viewpoint, azimuthDeg: 68, elevationDeg: 9, distance: 8.8, fovDeg: 34 },
    crop: { x: 236, y: -9, size: 1128 },
    background: floats(new Float32Array(32)),
  });

  let past: { document: StudioDocument; label: string }[] = [];
  let future: { document: StudioDocument; label: string }[] = [];
  let document = empty ? null : make('car-1', 'Red saloon', 0);
  let proposal: RefineResult | null = null;
  let saved: { id: string; hash: string } | null = null;
  let unsaved = false;
  const library = empty
    ? []
    : [{ id: 'car-1', name: 'Red saloon', modified: 1_790_000_000_000, readable: true, thumbnail }];
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const calls: string[] = [];

  const state = (): DocumentState => ({
    document,
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    undoLabel: past.at(-1)?.label ?? null,
    redoLabel: future.at(-1)?.label ?? null,
    unsaved,
    proposal,
  });
  const emit = <E extends EventName>(name: E, payload: EventPayload<E>) => {
    for (const listener of listeners.get(name) ?? []) listener(payload as never);
  };
  const edit = (label: string, next: StudioDocument): DocumentState => {
    if (document) past.push({ document, label });
    future = [];
    if (document?.car !== next.car || document.viewpoint !== next.viewpoint) proposal = null;
    document = next;
    unsaved = true;
    emit('document.changed', state());
    return state();
  };
  const open = (): StudioDocument => {
    if (!document) throw new StudioError('no-document', 'No car is open.', 'Import a photo first.');
    return document;
  };
  const stages = async ({ signal, progress }: Stages): Promise<void> => {
    for (const [i, stage] of reconstructStages.entries()) {
      progress({ stage, fraction: i / reconstructStages.length });
      await wait(120);
      throwIfCancelled(signal);
    }
  };
  /** a task that ends by being cancelled only */
  const untilCancelled = async ({ signal, progress }: Stages): Promise<void> => {
    progress({ stage: 'segment', fraction: 0.2 });
    await once(signal, 'abort');
    throwIfCancelled(signal);
  };

  let provider: Provider = 'cpu';
  const status = (): Status => ({
    version: '0.1.0',
    provider,
    tried: [
      { provider: 'cpu', milliseconds: 11.4, reason: null },
      { provider: 'webgpu', milliseconds: null, reason: 'No adapter was found.' },
    ],
    models: ['segmenter', 'encoder', 'texture', 'generator'].map((name, i) => ({
      name,
      file: `${name}.onnx`,
      sha256: String(i).repeat(64),
      purpose: `Stands in for the ${name}.`,
      bytes: 2_400_000 * (i + 1),
    })),
  });

  const handlers: Handlers = {
    'studio.status': status,
    'studio.setProvider': ({ provider: wanted }) => {
      provider = wanted === 'auto' ? 'cpu' : wanted;
      emit('status.changed', status());
      return status();
    },
    'studio.template': () => template,
    'asset.get': ({ hash }) => {
      const asset = assets.get(hash);
      if (!asset) throw new StudioError('asset-missing', 'A part of the car is missing.', 'Undo.');
      return asset;
    },
    'document.get': state,
    'document.undo': () => {
      const step = past.pop();
      proposal = null;
      if (step) {
        future.push({ document: open(), label: step.label });
        document = step.document;
      }
      emit('document.changed', state());
      return state();
    },
    'document.redo': () => {
      const step = future.pop();
      proposal = null;
      if (step) {
        past.push({ document: open(), label: step.label });
        document = step.document;
      }
      emit('document.changed', state());
      return state();
    },
    'document.rename': ({ name }) => edit('Rename', { ...open(), name }),
    'photo.import': async ({ name, bytes }, context) => {
      if (bytes.length < 64)
        throw new StudioError(
          'photo-truncated',
          `${name} ends too early.`,
          'Copy the photo again from where it came from.',
        );
      await (name === 'endless.jpg' ? untilCancelled(context) : stages(context));
      document = make(`car-${library.length + 1}`, name.replace(/\.\w+$/, ''), 0);
      past = [];
      future = [];
      library.push({
        id: document.id,
        name: document.name,
        modified: 1_790_000_100_000,
        readable: true,
        thumbnail,
      });
      emit('library.changed', [...library]);
      emit('document.changed', state());
      return state();
    },
    'photo.selectCar': async ({ x }, context) => {
      await stages(context);
      return edit('Choose another car', make(open().id, open().name, x < 300 ? 1 : 0));
    },
    'viewpoint.set': ({ viewpoint }) => edit('Move viewpoint', { ...open(), viewpoint }),
    'viewpoint.flip': async (_params, context) => {
      await stages(context);
      return edit('Flip front and back', { ...open(), viewpoint: flipped(open().viewpoint) });
    },
    'car.setLength': ({ lengthMetres }) => {
      const { car, viewpoint: v } = open();
      const k = lengthMetres / car.lengthMetres;
      const target: [number, number, number] = [v.target[0] * k, v.target[1] * k, v.target[2] * k];
      return edit('Set length', {
        ...open(),
        car: { ...car, lengthMetres },
        viewpoint: { ...v, distance: v.distance * k, target },
      });
    },
    'refine.start': async ({ iterations }, { signal, progress }) => {
      const before = open();
      const shape = (share: number) => {
        const offsets = new Float32Array(still.length);
        for (let i = 1; i < offsets.length; i += 3) offsets[i] = 0.12 * share * (template.vertices[i] ?? 0);
        return offsets;
      };
      let done = 0;
      while (done < iterations && !signal.aborted) {
        done++;
        const share = done / iterations;
        progress({
          iteration: done,
          iterations,
          loss: 0.2 + 1.4 * Math.exp(-4 * share),
          maskIoU: 0.86 + 0.09 * (1 - Math.exp(-4 * share)),
          viewpoint: before.viewpoint,
          offsets: shape(share),
          light: Float32Array.from(before.car.light),
        });
        await wait(25);
      }
      if (done < 2) throw cancelled();
      const maskIoU = { encoder: 0.862, refined: 0.951 };
      proposal = {
        proposal: { ...before, car: { ...before.car, offsets: floats(shape(done / iterations)) }, maskIoU },
        maskIoUBefore: 0.862,
        maskIoUAfter: 0.951,
        stopped: done < iterations,
        milliseconds: 25 * done,
      };
      emit('document.changed', state());
      return proposal;
    },
    'refine.accept': () => {
      if (!proposal) throw new StudioError('no-proposal', 'There is nothing to accept.', 'Refine first.');
      return edit('Refine', proposal.proposal);
    },
    'refine.discard': () => {
      proposal = null;
      emit('document.changed', state());
      return state();
    },
    'neural.render': async ({ azimuthDeg, elevationDeg, detail }) => {
      const drawn = Math.min(30, Math.max(0, elevationDeg));
      const side = detail === 'full' ? 256 : 128;
      await wait(12);
      return {
        width: side,
        height: side,
        rgba: fakeNeuralPicture(azimuthDeg, drawn, side),
        elevationDeg: drawn,
        milliseconds: 12,
      };
    },
    'export.glb': () => ({ name: `${open().name}.glb`, bytes: new Uint8Array([0x67, 0x6c, 0x54, 0x46]) }),
    'export.picture': () => ({ name: `${open().name}.png`, bytes: new Uint8Array([0x89, 0x50]) }),
    'project.save': () => {
      saved = { id: open().id, hash: '5a'.repeat(32) };
      return { name: `${open().name}.turnaround`, bytes: new Uint8Array([1]), ...saved };
    },
    'project.noteSaved': ({ id, hash }) => {
      if (id === saved?.id && hash === saved.hash) unsaved = false;
      emit('document.changed', state());
      return state();
    },
    'project.open': ({ name }) => {
      throw new StudioError('project-corrupt', `${name} is not a project.`, 'Choose another file.');
    },
    'library.list': () => [...library],
    'library.open': ({ id }) => {
      const entry = library.find((other) => other.id === id);
      document = make(id, entry?.name ?? 'Car', 0);
      emit('document.changed', state());
      return state();
    },
    'library.remove': ({ id }) => {
      library.splice(
        library.findIndex((entry) => entry.id === id),
        1,
      );
      return [...library];
    },
  };

  for (const name of Object.keys(handlers) as (keyof Handlers)[]) {
    const handler = handlers[name] as (params: unknown, context: unknown) => unknown;
    Object.assign(handlers, {
      [name](params: unknown, context: unknown) {
        calls.push(name);
        return handler(params, context);
      },
    });
  }
  return {
    handlers,
    calls,
    events: {
      on(name, listener) {
        const set = listeners.get(name) ?? new Set();
        listeners.set(name, set);
        set.add(listener);
        return () => set.delete(listener);
      },
    },
  };
}
