import sharp from 'sharp';
import { cancelled, StudioError } from '../../shared/errors.ts';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import { canonicalViewpoint } from '../../shared/viewpoint.ts';
import { testTemplate } from '../export/test-template.ts';
import { cropOf } from '../photo/crop.ts';
import type { Rooms } from './rooms.ts';

/**
 * Stand-ins of the rooms that need models: whatever is red in a photo is a car, every car is the test template seen from
 * azimuth 40, a refinement takes 5 ms a step and makes the car 5 % wider, and the neural view is 2 x 2, or 4 x 4 in full.
 */
export function testRooms(overrides: Partial<Rooms> = {}): Rooms {
  const template = testTemplate();
  const textureSize = 16;
  return {
    template,
    status: async () => ({ provider: 'cpu', tried: [], models: [] }),
    setProvider: async (provider) => {
      if (provider !== 'cpu' && provider !== 'auto') {
        throw new StudioError('provider-unavailable', `${provider} is not here.`, 'Choose cpu.');
      }
    },
    warmUp: async () => {},
    segment: async ({ rgb }) => {
      const mask = new Uint8Array(rgb.length / 3);
      for (let i = 0; i < mask.length; i++) mask[i] = rgb[3 * i] > 150 && rgb[3 * i + 1] < 100 ? 255 : 0;
      return mask;
    },
    reconstruct: async (photo, mask, { azimuthDeg = 40 }) => ({
      crop: cropOf(mask, photo.width, photo.height),
      viewpoint: canonicalViewpoint(azimuthDeg, 10, 4.5, [0, 0.72, 0]),
      lengthMetres: 4.5,
      offsets: new Float32Array(3 * template.vertexCount),
      light: ambientLight(),
      background: new Float32Array(32),
    }),
    textureCar: async (_photo, _mask, { light }) => ({
      light,
      size: textureSize,
      rgb: new Uint8Array(3 * textureSize ** 2).map((_value, i) => (i % 3 === 0 ? 200 : 20)),
      observed: new Uint8Array(textureSize ** 2).fill(255),
    }),
    loadNeural: async () => ({
      render: async (azimuthDeg, elevationDeg, { detail }) => {
        const side = detail === 'full' ? 4 : 2;
        return {
          width: side,
          height: side,
          rgba: new Uint8Array(4 * side * side).fill(Math.round(azimuthDeg) % 256),
          elevationDeg: Math.min(30, Math.max(0, elevationDeg)),
        };
      },
    }),
    refine: async (request) => {
      const offsets = template.vertices.map((value, i) => (i % 3 === 0 ? 0.05 * value : 0));
      let done = 0;
      while (done < request.iterations && !request.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        done++;
        request.onProgress({
          iteration: done,
          loss: 1 / done,
          maskIoU: 0.9,
          viewpoint: request.viewpoint,
          offsets,
          light: request.light,
        });
      }
      if (done === 0) throw cancelled();
      return {
        offsets,
        viewpoint: { ...request.viewpoint, azimuthDeg: 42 },
        light: request.light,
        maskIoUBefore: 0.8,
        maskIoUAfter: 0.9,
        stopped: done < request.iterations,
      };
    },
    close: async () => {},
    ...overrides,
  };
}

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A grey 320 x 200 PNG with red rectangles: the cars of testRooms. */
export async function testPhoto(
  cars: Rectangle[] = [{ left: 80, top: 60, width: 160, height: 80 }],
): Promise<Uint8Array> {
  const png = await sharp({ create: { width: 320, height: 200, channels: 3, background: '#808080' } })
    .composite(
      cars.map(({ left, top, width, height }) => ({
        input: { create: { width, height, channels: 3 as const, background: '#c81414' } },
        left,
        top,
      })),
    )
    .png()
    .toBuffer();
  return new Uint8Array(png);
}
