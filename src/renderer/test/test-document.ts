import type { StudioDocument } from '../../shared/document.ts';

const hash = (digit: string) => digit.repeat(64);

/** A whole document of a 4.4 m car seen from its front left; its assets don't exist. */
export function testDocument(): StudioDocument {
  return {
    version: 1,
    id: 'test',
    name: 'Test car',
    photo: {
      name: 'street.jpg',
      width: 1600,
      height: 1000,
      picture: hash('a'),
      mask: hash('b'),
      maskSource: 'segmenter',
      cars: [
        { x: 400, y: 300, width: 900, height: 500 },
        { x: 20, y: 380, width: 240, height: 160 },
      ],
      selected: 0,
    },
    car: {
      lengthMetres: 4.4,
      offsets: hash('c'),
      texture: hash('d'),
      observed: hash('e'),
      light: Array.from({ length: 27 }, (_, i) => (i < 3 ? 3.2 : i < 6 ? 0.6 : 0)),
    },
    viewpoint: {
      azimuthDeg: 40,
      elevationDeg: 8,
      rollDeg: 0,
      distance: 9,
      fovDeg: 32,
      target: [0, 0.7, 0],
      offset: [0, 0],
    },
    crop: { x: 310, y: 10, size: 1080 },
    background: hash('f'),
    maskIoU: { encoder: 0.86, refined: null },
  };
}
