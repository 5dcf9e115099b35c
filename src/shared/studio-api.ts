import { z } from 'zod';
import { assetHashSchema, documentSchema } from './document.ts';
import { viewpointSchema } from './viewpoint.ts';

/**
 * The studio API: every method, payload and event in one place. The page, the CLI and the tests reach the engine
 * through it and nothing else. Large arrays are typed arrays and travel as binary on every transport.
 */

/** Any bytes go in; what comes out of a port is never shared memory, so the page may hand it to Blob and WebGL. */
const bytes: z.ZodType<Uint8Array<ArrayBuffer>, Uint8Array> = z.instanceof(Uint8Array);
const floats: z.ZodType<Float32Array<ArrayBuffer>, Float32Array> = z.instanceof(Float32Array);
const indices: z.ZodType<Uint32Array<ArrayBuffer>, Uint32Array> = z.instanceof(Uint32Array);
const none = z.object({});

interface Definition<P extends z.ZodType, R extends z.ZodType, G extends z.ZodType> {
  params: P;
  result: R;
  progress: G;
}

function method<P extends z.ZodType, R extends z.ZodType, G extends z.ZodType = z.ZodNever>(
  params: P,
  result: R,
  progress?: G,
): Definition<P, R, G> {
  return { params, result, progress: progress ?? (z.never() as unknown as G) };
}

export const providers = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
const providerSchema = z.enum(['auto', ...providers]);
export type Provider = (typeof providers)[number];

const refineResultSchema = z.object({
  /** the car that would replace the current one; nothing is replaced until `refine.accept` */
  proposal: documentSchema,
  /** IoU of the drawn car with the mask, 0..1 */
  maskIoUBefore: z.number(),
  maskIoUAfter: z.number(),
  /** true when the user stopped it: the proposal is the best so far */
  stopped: z.boolean(),
  milliseconds: z.number(),
});
export type RefineResult = z.infer<typeof refineResultSchema>;

const documentStateSchema = z.object({
  document: documentSchema.nullable(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
  /** label of the edit that undo takes back, for the menu: "Refine", "Flip front and back" ... */
  undoLabel: z.string().nullable(),
  redoLabel: z.string().nullable(),
  /** true while the project file the user saved or opened is behind the document (autosave is never behind) */
  unsaved: z.boolean(),
  /** the refined car that waits to be accepted or discarded; a page that was reloaded finds it here */
  proposal: refineResultSchema.nullable(),
});
export type DocumentState = z.infer<typeof documentStateSchema>;

const statusSchema = z.object({
  version: z.string(),
  provider: z.enum(providers),
  /** providers tried on this machine, with the time of one generator picture, or why they are not used */
  tried: z.array(
    z.object({
      provider: z.enum(providers),
      milliseconds: z.number().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  models: z.array(
    z.object({
      name: z.string(),
      file: z.string(),
      sha256: z.string(),
      purpose: z.string(),
      bytes: z.number(),
    }),
  ),
});
export type Status = z.infer<typeof statusSchema>;

/** See Template for shapes and units. */
const templateSchema = z.object({
  vertices: floats,
  faces: indices,
  uv: floats,
  mirror: indices,
  parts: bytes,
});

export const reconstructStages = ['decode', 'segment', 'encode', 'texture', 'neural'] as const;
const reconstructProgressSchema = z.object({
  stage: z.enum(reconstructStages),
  /** share of the whole task that is done, 0..1 */
  fraction: z.number(),
});
export type ReconstructProgress = z.infer<typeof reconstructProgressSchema>;

/** Iterations of a refinement where nobody asks for others. */
export const usualIterations = 150;

/** One picture of a running refinement. */
const refineProgressSchema = z.object({
  /** 1..iterations */
  iteration: z.number().int(),
  iterations: z.number().int(),
  loss: z.number(),
  /** 0..1 */
  maskIoU: z.number(),
  viewpoint: viewpointSchema,
  /** [V, 3] offsets from the template's mean in car lengths */
  offsets: floats,
  /** [9, 3] spherical-harmonics light, row-major */
  light: floats,
});
export type RefineProgress = z.infer<typeof refineProgressSchema>;

const pictureSchema = z.object({
  width: z.number().int(),
  height: z.number().int(),
  /** [height, width, 4] sRGB, rows from the top */
  rgba: bytes,
});
export type Picture = z.infer<typeof pictureSchema>;

/** 'draft': the generator's own picture, for a view that turns; 'full': to be looked at, doubled where the models can */
const neuralDetailSchema = z.enum(['draft', 'full']);
export type NeuralDetail = z.output<typeof neuralDetailSchema>;

const libraryEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** ms since 1970 */
  modified: z.number(),
  /** false for a car whose record can't be read, so that it has a stand-in for a name; `library.open` says what is wrong */
  readable: z.boolean(),
  /** PNG over transparency, 256 px at most */
  thumbnail: bytes.nullable(),
});
export type LibraryEntry = z.infer<typeof libraryEntrySchema>;

/** 'albedo' to be lit anew; 'baked': the photo's light in the texture, unlit */
const exportLightSchema = z.enum(['albedo', 'baked']);

export const methods = {
  'studio.status': method(none, statusSchema),
  'studio.setProvider': method(z.object({ provider: providerSchema }), statusSchema),
  'studio.template': method(none, templateSchema),
  'asset.get': method(z.object({ hash: assetHashSchema }), z.object({ bytes, type: z.string() })),

  'document.get': method(none, documentStateSchema),
  'document.undo': method(none, documentStateSchema),
  'document.redo': method(none, documentStateSchema),
  'document.rename': method(z.object({ name: z.string().min(1).max(200) }), documentStateSchema),

  /** Makes a new car from a photo. The open car stays until the new one is whole. */
  'photo.import': method(
    z.object({ name: z.string(), bytes, mask: bytes.optional() }),
    documentStateSchema,
    reconstructProgressSchema,
  ),
  /** Reconstructs another car of the same photo: the one at this pixel of the oriented photo. */
  'photo.selectCar': method(
    z.object({ x: z.number(), y: z.number() }),
    documentStateSchema,
    reconstructProgressSchema,
  ),

  /** Moves the viewpoint at once, then textures the car anew from the photo; ends when the newest viewpoint is textured. */
  'viewpoint.set': method(z.object({ viewpoint: viewpointSchema }), documentStateSchema),
  /** The other front/back hypothesis: turns the viewpoint by 180 degrees, encodes and textures the car anew for it. */
  'viewpoint.flip': method(none, documentStateSchema, reconstructProgressSchema),
  'car.setLength': method(z.object({ lengthMetres: z.number().min(0.5).max(30) }), documentStateSchema),

  /** Cancelling ends with the best so far (`stopped` true) if there is one, else with `cancelled`. */
  'refine.start': method(
    z.object({ iterations: z.number().int().min(1).max(2000) }),
    refineResultSchema,
    refineProgressSchema,
  ),
  'refine.accept': method(none, documentStateSchema),
  'refine.discard': method(none, documentStateSchema),

  /**
   * The generator's picture of the open car (or of the proposal) in canonical framing; the elevation of the answer is what
   * was drawn, clamped to what was trained. `cancelled` where a newer request came meanwhile.
   */
  'neural.render': method(
    z.object({
      azimuthDeg: z.number(),
      elevationDeg: z.number(),
      detail: neuralDetailSchema.default('full'),
    }),
    pictureSchema.extend({ elevationDeg: z.number(), milliseconds: z.number() }),
  ),

  'export.glb': method(z.object({ light: exportLightSchema }), z.object({ name: z.string(), bytes })),
  'export.picture': method(
    z.object({
      viewpoint: viewpointSchema,
      size: z.number().int().min(16).max(4096),
      mode: z.enum(['mesh', 'neural']),
    }),
    z.object({ name: z.string(), bytes }),
  ),

  /** The open car as a file. `id` and `hash` go to `project.noteSaved` once the file is where the user wants it. */
  'project.save': method(none, z.object({ name: z.string(), bytes, id: z.string(), hash: assetHashSchema })),
  'project.noteSaved': method(z.object({ id: z.string(), hash: assetHashSchema }), documentStateSchema),
  'project.open': method(z.object({ name: z.string(), bytes }), documentStateSchema),
  'library.list': method(none, z.array(libraryEntrySchema)),
  'library.open': method(z.object({ id: z.string() }), documentStateSchema),
  'library.remove': method(z.object({ id: z.string() }), z.array(libraryEntrySchema)),
} as const;

export const events = {
  'document.changed': documentStateSchema,
  'library.changed': z.array(libraryEntrySchema),
  /** another provider is used, or more were tried */
  'status.changed': statusSchema,
} as const;

export type Method = keyof typeof methods;
export type Params<M extends Method> = z.input<(typeof methods)[M]['params']>;
export type Result<M extends Method> = z.output<(typeof methods)[M]['result']>;
export type Progress<M extends Method> = z.output<(typeof methods)[M]['progress']>;
export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]>;

export interface CallOptions<M extends Method> {
  signal?: AbortSignal;
  onProgress?: (progress: Progress<M>) => void;
}

/** What the page, the CLI and the tests hold. */
export interface Studio {
  call<M extends Method>(name: M, params: Params<M>, options?: CallOptions<M>): Promise<Result<M>>;
  /** Returns its own unsubscribe. */
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
}

export interface HandlerContext<M extends Method> {
  signal: AbortSignal;
  progress(value: z.input<(typeof methods)[M]['progress']>): void;
}

type Answer<M extends Method> = z.input<(typeof methods)[M]['result']>;

/** What the engine implements; parameters have been validated. */
export type Handlers = {
  [M in Method]: (
    params: z.output<(typeof methods)[M]['params']>,
    context: HandlerContext<M>,
  ) => Promise<Answer<M>> | Answer<M>;
};
