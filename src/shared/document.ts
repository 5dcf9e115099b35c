import { z } from 'zod';
import { cropSchema, viewpointSchema } from './viewpoint.ts';

/** SHA-256 of an asset's bytes, lower-case hex. */
export const assetHashSchema = z.string().regex(/^[0-9a-f]{64}$/);

export const documentVersion = 1;

/** Where the photo came from and what was found in it. Pixels are those of the oriented photo. */
const photoSchema = z.object({
  name: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** the oriented photo in sRGB: JPEG or PNG */
  picture: assetHashSchema,
  /** 8-bit grey PNG of the photo's size, white = this car */
  mask: assetHashSchema,
  maskSource: z.enum(['alpha', 'given', 'segmenter']),
  /** every car seen, largest first; `selected` is the one that was reconstructed */
  cars: z.array(z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })),
  selected: z.number().int().min(0),
});

const carSchema = z.object({
  lengthMetres: z.number().min(0.5).max(30),
  /** Float32 little-endian [V, 3]: offsets from the template's mean, in car lengths */
  offsets: assetHashSchema,
  /** PNG atlas, sRGB-encoded albedo */
  texture: assetHashSchema,
  /** 8-bit grey PNG of the atlas: 255 where the photo showed the texel, 0 where it was guessed */
  observed: assetHashSchema,
  /** [9, 3] spherical-harmonics light of the photo, row-major */
  light: z.array(z.number()).length(27),
});

/** A small immutable tree; heavy data are assets named by their hash. */
export const documentSchema = z.object({
  version: z.literal(documentVersion),
  id: z.string().min(1),
  name: z.string().min(1),
  /** null for a car that came from the sampler */
  photo: photoSchema.nullable(),
  car: carSchema,
  viewpoint: viewpointSchema,
  crop: cropSchema,
  /** Float32 little-endian background code of the neural view */
  background: assetHashSchema,
  /** IoU of the drawn car with the mask; null without a photo or before refinement */
  maskIoU: z.object({ encoder: z.number().nullable(), refined: z.number().nullable() }),
});

export type StudioDocument = z.infer<typeof documentSchema>;

/** Every asset that a document needs. */
export function assetsOf(document: StudioDocument): string[] {
  const { car, photo, background } = document;
  return [car.offsets, car.texture, car.observed, background, ...(photo ? [photo.picture, photo.mask] : [])];
}
