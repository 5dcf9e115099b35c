import { throwIfCancelled } from '../../shared/errors.ts';
import { cameraFrame, canonicalViewpoint, wrapAzimuth } from '../../shared/viewpoint.ts';
import { vertexNormals } from '../diffrender/normals.ts';
import type { ModelRunner } from '../models/store.ts';
import { NeuralView } from '../neural/neural-view.ts';
import { resample } from '../photo/resample.ts';
import { fitLight } from '../refine/light-fit.ts';
import { boxCentre, orbitOf } from '../render/camera.ts';
import { carVertices } from '../render/car.ts';
import { drawCar } from '../render/draw.ts';
import { type AtlasLayout, fillGutter } from './atlas.ts';
import { type BakedPhoto, bakePhoto, type PhotoCar } from './bake.ts';
import { mergeViews } from './merge-views.ts';
import { paintColour } from './paint-colour.ts';
import { coloursOf } from './repaint.ts';

/** How many pictures are drawn, from which azimuths and elevation they are chosen. */
const pictures = 3;
const azimuths = Array.from({ length: 12 }, (_, i) => 30 * i);
const elevationDeg = 15;
/** Code length of the background, whose mean (0) is drawn. */
const backgroundLength = 32;
/** Side of the picture to which the light is fitted. */
const fitSide = 64;
/** Cosine between normal and direction to the eye from which on a picture shows a texel. */
const facing = 0.3;

/**
 * How much the pictures count against the guess where both are all there is. Held-out renders, albedo error in hidden texels
 * with 0, 0.3, 0.5 and 1 (levels of 255, 16 renders): bodywork 46.3, 46.1, 46.3, 47.5; glass 67.9, 63.0, 60.1, 55.0; wheels
 * 48.1, 45.4, 43.7, 39.7; lamps 45.5, 43.7, 43.5, 45.3; the rest 56.6, 53.6, 52.2, 50.6 (the generator's first generation;
 * with its second 0.75 is 0.1 % better than 0.5 over all hidden texels). More than half looks washed out on photos. In mirrored
 * texels they help by 0.9 at most and cost the photo's sharpness: they are left out there.
 */
const weights = { bodywork: 0.1, rest: 0.5 } as const;

export interface NeuralEvidence {
  /** the car's shape, and a light to begin with */
  car: Pick<PhotoCar, 'template' | 'offsets' | 'lengthMetres' | 'light'>;
  /** of the guess */
  layout: AtlasLayout;
  /** [S, S] how well the photo or its mirror image shows a texel, 0..1 */
  known: Float32Array;
  /** [S, S] bodywork, 0..1 */
  body: Float32Array;
  signal?: AbortSignal;
}

/**
 * The guess [S, S, 3] sRGB 0..1 with what the neural view draws of this very car where the photo shows nothing of it: the
 * generator as a camera that walks around the car. Pictures are taken from where they show most of what is missing, freed of
 * the light that fits them, and brought to the colours of the guess.
 */
export async function withNeuralEvidence(
  models: ModelRunner,
  guess: Float32Array,
  { car, layout, known, body, signal }: NeuralEvidence,
): Promise<Float32Array> {
  const wanted = known.map((value) => 1 - value);
  const views = chooseAzimuths(car, layout, wanted);
  if (views.length === 0) return guess;
  const texture = { size: layout.size, rgb: Uint8Array.from(guess, (value) => 255 * value + 0.5) };
  const background = new Float32Array(backgroundLength);
  const neural = await NeuralView.load(models, { offsets: car.offsets, texture, background });
  const baked: BakedPhoto[] = [];
  for (const azimuthDeg of views) {
    throwIfCancelled(signal);
    baked.push(bakePhoto(await photographed(neural, { ...car, texture }, azimuthDeg), layout));
  }
  const seen = mergeViews(layout, baked);
  fillGutter(layout, seen.rgb, 3);
  fillGutter(layout, seen.visibility, 1);
  const gain = gains(guess, seen, body);
  return guess.map((value, i) => {
    const texel = Math.floor(i / 3);
    const weight = weights.rest + body[texel] * (weights.bodywork - weights.rest);
    const drawn = Math.min(1, (gain[i % 3] * seen.rgb[i]) / 255);
    return value + weight * wanted[texel] * Math.min(1, 2 * seen.visibility[texel]) * (drawn - value);
  });
}

/** The azimuths that together face most of what is wanted [S, S], each those texels that the ones before don't face. */
function chooseAzimuths(
  { template, offsets }: NeuralEvidence['car'],
  { texels, faces, size }: AtlasLayout,
  wanted: Float32Array,
): number[] {
  const vertices = carVertices(template, offsets);
  const normals = new Float64Array(vertices.length);
  vertexNormals(vertices, template.faces, normals, new Float64Array(vertices.length / 3));
  const target = boxCentre(vertices);
  const faced = azimuths.map((azimuthDeg) => {
    const { eye } = cameraFrame(canonicalViewpoint(azimuthDeg, elevationDeg, 1, target));
    return Array.from({ length: template.faceCount }, (_, face) => {
      const corner = 3 * template.faces[3 * face];
      const [x, y, z] = [0, 1, 2].map((axis) => eye[axis] - vertices[corner + axis]);
      const along = x * normals[corner] + y * normals[corner + 1] + z * normals[corner + 2];
      const length = Math.hypot(normals[corner], normals[corner + 1], normals[corner + 2]);
      return along > facing * length * Math.hypot(x, y, z);
    });
  });
  const missing = wanted.slice();
  const chosen: number[] = [];
  while (chosen.length < pictures) {
    const gain = faced.map((face) =>
      texels.reduce((sum, texel, k) => sum + (face[faces[k]] ? missing[texel] : 0), 0),
    );
    const best = gain.indexOf(Math.max(...gain));
    // less than a hundredth of the atlas isn't worth a picture
    if (gain[best] < (size * size) / 100) break;
    texels.forEach((texel, k) => {
      if (faced[best][faces[k]]) missing[texel] = 0;
    });
    chosen.push(wrapAzimuth(azimuths[best]));
  }
  return chosen;
}

/**
 * A picture of the neural view as if it were a photo, its mask the car's own silhouette, in the light that fits it. Not a
 * doubled one: the weights were measured with those of the generator.
 */
async function photographed(
  neural: NeuralView,
  car: NeuralEvidence['car'] & { texture: { size: number; rgb: Uint8Array } },
  azimuthDeg: number,
): Promise<PhotoCar> {
  const { template, offsets, lengthMetres, texture } = car;
  const { rgba, width: size } = await neural.render(azimuthDeg, elevationDeg, { detail: 'draft' });
  const vertices = carVertices(template, offsets);
  const [x, y, z] = boxCentre(vertices).map((value) => value * lengthMetres);
  const viewpoint = canonicalViewpoint(azimuthDeg, elevationDeg, lengthMetres, [x, y, z]);
  const crop = { x: 0, y: 0, size };
  const silhouette = drawCar(car, viewpoint, crop, size, size, { light: 'none' });
  const rgb = new Uint8Array(3 * size * size).map((_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]);
  const mask = new Uint8Array(size * size).map((_, i) => silhouette.rgba[4 * i + 3]);
  const small = (data: Uint8Array, channels: 1 | 3) => {
    const picture = { width: size, height: size, channels, data };
    const { values } = resample(picture, { x: 0, y: 0, width: size, height: size }, fitSide, fitSide);
    return Float64Array.from(values, (value) => value / 255);
  };
  const target = {
    size: fitSide,
    rgb: small(rgb, 3),
    mask: small(mask, 1),
    valid: new Uint8Array(fitSide * fitSide).fill(1),
    distance2: new Float64Array(fitSide * fitSide),
  };
  const light = fitLight(
    { template, texture },
    Float32Array.from(car.light),
    vertices,
    orbitOf(viewpoint, lengthMetres),
    target,
  );
  return {
    template,
    offsets,
    lengthMetres,
    viewpoint,
    crop,
    light,
    photo: { width: size, height: size, rgb },
    mask,
  };
}

/** By what the pictures' channels are to be multiplied so that their bodywork has the colour of the guess's. */
function gains(guess: Float32Array, seen: BakedPhoto, body: Float32Array): number[] {
  const counts = (texel: number) => body[texel] > 0.9 && seen.visibility[texel] > 0.5;
  const wanted = paintColour(coloursOf(guess, counts));
  const drawn = paintColour(coloursOf(seen.rgb, counts));
  if (!wanted || !drawn) return [1, 1, 1];
  return drawn.map((value, k) => Math.min(3, Math.max(1 / 3, (255 * wanted[k]) / Math.max(1, value))));
}
