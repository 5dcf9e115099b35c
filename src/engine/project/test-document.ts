import type { StudioDocument } from '../../shared/document.ts';

/** A document for tests whose assets are the given hashes. */
export function testDocument(
  assets: { offsets: string; texture: string; observed: string; background: string },
  id = 'car-1',
): StudioDocument {
  return {
    version: 1,
    id,
    name: 'Test car',
    photo: null,
    car: {
      lengthMetres: 4.5,
      offsets: assets.offsets,
      texture: assets.texture,
      observed: assets.observed,
      light: new Array(27).fill(0.5),
    },
    viewpoint: {
      azimuthDeg: 30,
      elevationDeg: 10,
      rollDeg: 0,
      distance: 10.8,
      fovDeg: 30,
      target: [0, 0.7, 0],
      offset: [0, 0],
    },
    crop: { x: 0, y: 0, size: 256 },
    background: assets.background,
    maskIoU: { encoder: null, refined: null },
  };
}
