import { z } from 'zod';
import { providers } from '../shared/studio-api.ts';
import { cropSchema, viewpointSchema } from '../shared/viewpoint.ts';

/** report.json beside each reconstructed car. Viewpoint and crop reproduce render.png exactly. */
export const reportSchema = z.object({
  version: z.string(),
  /** pixels of the upright photo */
  photo: z.object({ width: z.number().int(), height: z.number().int() }),
  viewpoint: viewpointSchema,
  crop: cropSchema,
  /** of render.png (alpha >= 0.5) with the mask that was given, else with the segmenter's; refined is null where the car was not refined */
  maskIoU: z.object({ encoder: z.number(), refined: z.number().nullable() }),
  timingsMs: z.object({
    decode: z.number(),
    segment: z.number(),
    encode: z.number(),
    refine: z.number(),
    texture: z.number(),
    export: z.number(),
    neural: z.number(),
    total: z.number(),
  }),
  /** of this process so far */
  peakRssMb: z.number(),
  device: z.object({ provider: z.enum(providers) }),
  models: z.array(z.object({ file: z.string(), sha256: z.string() })),
});
export type Report = z.infer<typeof reportSchema>;
