import { srgbToLinear } from '../../shared/colour.ts';
import type { Template } from '../../shared/template.ts';
import {
  createBuffers,
  type OrbitCamera,
  orbitCameraMatrix,
  render,
  type Scene,
  type Surface,
} from '../diffrender/index.ts';
import { linearTexture, shrinkFor } from '../render/linear-texture.ts';
import { solvePositive } from './solve.ts';
import type { ColourCrop } from './target.ts';
import { TemplateMesh } from './template-mesh.ts';
import type { AtlasPixels } from './types.ts';

/** Colours outside this range (sRGB-encoded) are clipped or drowned and tell nothing about light. */
const told = { low: 0.02, high: 0.98 } as const;
/** Rounds of reweighting that turn least squares into least absolute differences, and the difference below which it is squared. */
const rounds = 4;
const softness = 0.02;
/** How firmly the light is held to what it was, relative to what the pixels say. */
const hold = 0.05;

/**
 * The light [9, 3] under which the car's texture comes nearest to the photo: drawn colours are linear in the light, so that
 * nine pictures, one for each harmonic, give the optimum in closed form (iteratively reweighted towards the mean absolute
 * difference). It is held to the light given, which alone counts where the photo tells nothing, and keeps its colour: light
 * of any colour in each direction would take the paint's, and stain the sides that the photo doesn't show.
 */
export function fitLight(
  { template, texture }: { template: Template; texture: AtlasPixels },
  light: Float32Array,
  vertices: Float64Array,
  camera: OrbitCamera,
  target: ColourCrop,
): Float32Array {
  const topology = TemplateMesh.of(template).topology;
  const { size } = target;
  const surface: Surface = {
    uv: template.uv,
    texture: linearTexture(texture, shrinkFor(texture.size, 2 * size)),
    light: new Float64Array(27),
    transfer: 'linear',
  };
  const scene: Scene = {
    width: size,
    height: size,
    camera: orbitCameraMatrix(camera, { x: 0, y: 0, size }),
    near: 0.02,
    topology,
    vertices,
    cullBack: true,
    silhouette: null,
    surface,
  };
  const buffers = createBuffers({
    vertexCount: template.vertexCount,
    faceCount: template.faceCount,
    pixelCount: size * size,
  });
  const harmonics = Array.from({ length: 9 }, (_, k) => {
    const one = new Float64Array(27).fill(1, 3 * k, 3 * k + 3);
    render({ ...scene, surface: { ...surface, light: one } }, buffers);
    return buffers.colour.slice(0, 3 * size * size);
  });
  const samples: number[] = [];
  for (let i = 0; i < 3 * size * size; i++) {
    const p = Math.floor(i / 3);
    const inside = target.valid[p] && target.mask[p] >= 0.99 && buffers.face[p] >= 0;
    if (inside && target.rgb[i] > told.low && target.rgb[i] < told.high) samples.push(i);
  }
  const chroma = chromaOf(light);
  const start = Float64Array.from({ length: 9 }, (_, k) => strength(light, chroma, k));
  const found = fitStrengths(samples, harmonics, target.rgb, chroma, start);
  return light.map((value, i) => {
    const k = Math.floor(i / 3);
    return value + (found[k] - start[k]) * chroma[i % 3];
  });
}

/** The colour [3] of a light's mean, which stays where its strengths change. */
export function chromaOf(light: Float32Array): number[] {
  return [0, 1, 2].map((channel) => Math.max(1e-3, light[channel]));
}

/** How much of a colour coefficient k of a light [9, 3] holds, in the least-squares sense. */
function strength(light: Float32Array, chroma: readonly number[], k: number): number {
  let [along, square] = [0, 0];
  chroma.forEach((c, channel) => {
    along += c * light[3 * k + channel];
    square += c * c;
  });
  return along / square;
}

/** The strengths [9] of light of one colour; `samples` index values of the crop [size, size, 3]. */
function fitStrengths(
  samples: number[],
  harmonics: Float64Array[],
  rgb: ArrayLike<number>,
  chroma: readonly number[],
  start: Float64Array,
): Float64Array {
  let found = start;
  const row = new Float64Array(9);
  for (let round = 0; round < rounds; round++) {
    const matrix = new Float64Array(81);
    const right = new Float64Array(9);
    let trace = 0;
    for (const at of samples) {
      const linear = srgbToLinear(rgb[at]);
      let drawn = 0;
      for (let k = 0; k < 9; k++) {
        row[k] = harmonics[k][at] * chroma[at % 3];
        drawn += row[k] * found[k];
      }
      const weight = 1 / Math.max(softness, Math.abs(drawn - linear));
      for (let i = 0; i < 9; i++) {
        right[i] += weight * row[i] * linear;
        for (let j = 0; j < 9; j++) matrix[9 * i + j] += weight * row[i] * row[j];
        trace += weight * row[i] * row[i];
      }
    }
    if (!(trace > 0)) return found;
    for (let k = 0; k < 9; k++) {
      matrix[10 * k] += (hold * trace) / 9;
      right[k] += ((hold * trace) / 9) * start[k];
    }
    found = solvePositive(matrix, right);
  }
  return found;
}
