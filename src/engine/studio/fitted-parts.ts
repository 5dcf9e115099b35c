import type { StudioDocument } from '../../shared/document.ts';

/** What a fit or a texture of the car stands on, as a key to compare; names may change meanwhile. */
export function fittedParts({ id, photo, car, viewpoint, crop }: StudioDocument): string {
  return JSON.stringify([id, photo, car, viewpoint, crop]);
}
