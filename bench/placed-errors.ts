import { z } from 'zod';
import type { AtlasLayout } from '../src/engine/texture/atlas.ts';
import { type AtlasColours, exposed, exposureTo, meanError } from './atlas-colours.ts';

/** Texels that the true camera sees at least so well count as seen. */
const wellSeen = 0.5;

/** Mean absolute difference from the true albedo, sRGB 0..1, as it is and with one exposure removed; null without texels. */
const errorSchema = z.object({ raw: z.number().nullable(), exposed: z.number().nullable() });
export type AlbedoError = z.infer<typeof errorSchema>;

/** Errors by what the photo shows of a texel: itself, only its mirror image, neither. */
export const placesSchema = z.object({
  seen: errorSchema,
  mirrored: errorSchema,
  hidden: errorSchema,
  unseen: errorSchema,
});
export type PlacedErrors = z.infer<typeof placesSchema>;

/** Known texels of the compared atlas by what the true camera sees of them. */
export interface Places {
  seen: number[];
  mirrored: number[];
  hidden: number[];
}

/** Texels at the border of what the camera sees, and those whose mirror image lies there, are left out. */
export function placesOf(layout: AtlasLayout, known: Uint8Array, visibility: Float32Array): Places {
  const places: Places = { seen: [], mirrored: [], hidden: [] };
  for (const texel of layout.texels) {
    if (!known[texel]) continue;
    const mirror = visibility[texel + layout.size - 1 - 2 * (texel % layout.size)];
    if (visibility[texel] >= wellSeen) places.seen.push(texel);
    else if (visibility[texel] === 0 && mirror >= wellSeen) places.mirrored.push(texel);
    else if (visibility[texel] === 0 && mirror === 0) places.hidden.push(texel);
  }
  return places;
}

/** One exposure for all places, found where the photo shows the car. */
export function placedErrors(colours: AtlasColours, albedo: AtlasColours, places: Places): PlacedErrors {
  const right = exposed(colours, exposureTo(colours, albedo, places.seen));
  const at = (texels: readonly number[]) => ({
    raw: meanError(colours, albedo, texels),
    exposed: meanError(right, albedo, texels),
  });
  const { seen, mirrored, hidden } = places;
  return { seen: at(seen), mirrored: at(mirrored), hidden: at(hidden), unseen: at([...mirrored, ...hidden]) };
}
