import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { decodePhoto } from '../src/engine/photo/decode.ts';
import { decodeMask } from '../src/engine/photo/mask.ts';
import type { PhotoCar } from '../src/engine/texture/bake.ts';
import type { Template } from '../src/shared/template.ts';
import { unpackSolid } from './outer-solid.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const truthSchema = z.object({
  car: z.string(),
  scene: z.number(),
  azimuth_deg: z.number(),
  straight_azimuth_deg: z.number(),
  elevation_deg: z.number(),
  roll_deg: z.number(),
  /** car lengths */
  distance: z.number(),
  fov_deg: z.number(),
  target: triple,
  light: z.array(triple).length(9),
});

/** A held-out render with everything that is true of it (training/turnaround_training/held_out_truth). */
export interface HeldOutTruth {
  /** of the car's file */
  car: string;
  /** bytes of photo and mask files */
  picture: Uint8Array;
  pictureMask: Uint8Array;
  /** under which the car's own plane of symmetry is seen */
  azimuthDeg: number;
  /** the registered car where the render shows it, before the true camera and in the true light */
  posed: PhotoCar;
  /** [size, size, 3] sRGB base colour, and [size, size] 1 where that is known */
  albedo: { size: number; rgb: Uint8Array };
  known: Uint8Array;
  /** outer solid of the car itself, [64, 64, 64] */
  solid: Uint8Array;
}

/** Names of the renders in a folder that the training stage `held-out-truth` wrote. */
export async function heldOutNames(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'index.json'), 'utf8').catch(() => {
    throw new Error(`${folder} holds no index.json; write it with the training stage held-out-truth.`);
  });
  return z.array(z.string()).parse(JSON.parse(text));
}

/** One render of such a folder. Throws where it doesn't fit the template. */
export async function readTruth(folder: string, name: string, template: Template): Promise<HeldOutTruth> {
  const bytes = async (file: string) => new Uint8Array(await readFile(join(folder, name, file)));
  const truth = truthSchema.parse(JSON.parse(await readFile(join(folder, name, 'truth.json'), 'utf8')));
  const [picture, pictureMask] = await Promise.all([bytes('photo.png'), bytes('mask.png')]);
  const photo = await decodePhoto(picture, 'photo.png');
  const mask = await decodeMask(pictureMask, photo.width, photo.height);
  const vertices = floats(await bytes('vertices.f32'));
  if (vertices.length !== template.vertices.length)
    throw new Error(`${name}: ${vertices.length / 3} vertices, the template has ${template.vertexCount}.`);
  const albedo = await raw(join(folder, name, 'albedo.png'), 3);
  const known = await raw(join(folder, name, 'known.png'), 1);
  return {
    car: truth.car,
    picture,
    pictureMask,
    azimuthDeg: truth.straight_azimuth_deg,
    posed: {
      template,
      offsets: vertices.map((value, i) => value - template.vertices[i]),
      lengthMetres: 1,
      viewpoint: {
        azimuthDeg: truth.azimuth_deg,
        elevationDeg: truth.elevation_deg,
        rollDeg: truth.roll_deg,
        distance: truth.distance,
        fovDeg: truth.fov_deg,
        target: truth.target,
        offset: [0, 0],
      },
      crop: { x: 0, y: 0, size: photo.width },
      light: truth.light.flat(),
      photo,
      mask,
    },
    albedo: { size: albedo.side, rgb: albedo.data },
    known: known.data.map((value) => (value >= 128 ? 1 : 0)),
    solid: unpackSolid(await bytes('solid.bits')),
  };
}

/** float32 little endian */
function floats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

async function raw(file: string, channels: 1 | 3): Promise<{ side: number; data: Uint8Array }> {
  const picture = channels === 1 ? sharp(file).extractChannel(0) : sharp(file).removeAlpha();
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { side: info.width, data: new Uint8Array(data) };
}
