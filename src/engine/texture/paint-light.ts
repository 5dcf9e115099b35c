import { srgbToLinear } from '../../shared/colour.ts';
import { evaluateBasis, shCount } from '../../shared/spherical-harmonics.ts';
import { vertexNormals } from '../diffrender/normals.ts';
import { chromaOf } from '../refine/light-fit.ts';
import { solvePositive } from '../refine/solve.ts';
import { carVertices } from '../render/car.ts';
import { type AtlasLayout, atlasLayout } from './atlas.ts';
import { type BakedPhoto, bakePhoto, boundedShading, type PhotoCar } from './bake.ts';
import { coatedGain } from './clear-coat.ts';
import { paintColour } from './paint-colour.ts';
import { bodywork } from './repaint.ts';

/** Side of the atlas from which the light is fitted. */
const fitSide = 128;
/** Texels that the photo shows by less than this, or of which less is bodywork, tell nothing. */
const [leastVisible, leastBody] = [0.5, 0.9];
/** Rounds of reweighting that turn least squares into least absolute differences; below this one (linear) they are squared. */
const rounds = 6;
const softness = 0.01;
/** How firmly the light is held to what it was, relative to what the texels say. */
const hold = 0.1;

/**
 * The light [9, 3] under which the bodywork that the photo shows is one paint: what of its shading the light explains is
 * light, not colour. The paint is the median of the bodywork's albedo under the light given, so that the exposure stays;
 * what isn't of the paint (lamps, trim, another colour, shadows, reflections) is outvoted, because absolute differences
 * are what is minimised. Directions that no texel faces keep the light given.
 */
export function paintLight(car: PhotoCar, { settleExposure = false } = {}): Float32Array {
  const layout = atlasLayout(car.template, fitSide);
  const baked = bakePhoto(car, layout);
  const light = Float32Array.from(car.light);
  const samples = bodySamples(car, layout, baked);
  const paint = paintColour(samples.colours)?.map(srgbToLinear);
  if (!paint) return light;
  const found = fitStrengths(samples, paint, light);
  const colour = chromaOf(light);
  const gain = settleExposure ? coatedGain(paint) : 1;
  return light.map((value, i) => gain * (value + found[Math.floor(i / 3)] * colour[i % 3]));
}

interface Samples {
  /** [n] */
  weight: number[];
  /** [n, 9] harmonics of the normals */
  basis: Float64Array;
  /** [n, 3] sRGB 0..1 under the light given */
  colours: Float32Array;
}

function bodySamples(car: PhotoCar, layout: AtlasLayout, { rgb, visibility }: BakedPhoto): Samples {
  const { texels, faces, weights } = layout;
  const corners = car.template.faces;
  const vertices = carVertices(car.template, car.offsets);
  const normals = new Float64Array(vertices.length);
  vertexNormals(vertices, corners, normals, new Float64Array(vertices.length / 3));
  const body = bodywork(car.template, layout);
  const kept: number[] = [];
  texels.forEach((texel, k) => {
    if (body[texel] >= leastBody && visibility[texel] >= leastVisible) kept.push(k);
  });
  const samples: Samples = {
    weight: kept.map((k) => visibility[texels[k]]),
    basis: new Float64Array(shCount * kept.length),
    colours: new Float32Array(3 * kept.length),
  };
  kept.forEach((k, i) => {
    const [wb, wc] = [weights[2 * k], weights[2 * k + 1]];
    const normal = [0, 1, 2].map(
      (axis) =>
        (1 - wb - wc) * normals[3 * corners[3 * faces[k]] + axis] +
        wb * normals[3 * corners[3 * faces[k] + 1] + axis] +
        wc * normals[3 * corners[3 * faces[k] + 2] + axis],
    );
    const length = Math.hypot(...normal) || 1;
    evaluateBasis(normal[0] / length, normal[1] / length, normal[2] / length, samples.basis, shCount * i);
    for (let channel = 0; channel < 3; channel++) {
      samples.colours[3 * i + channel] = rgb[3 * texels[k] + channel] / 255;
    }
  });
  return samples;
}

/**
 * The changes [9] of strength, in the colour of the light's mean, under which `paint` comes nearest to what was seen. The
 * light keeps its colours: those of each direction would take the paint's, and stain tyres and windows with its opposite.
 */
function fitStrengths(
  { weight, basis, colours }: Samples,
  paint: number[],
  light: Float32Array,
): Float64Array {
  const colour = chromaOf(light);
  let found = new Float64Array(shCount);
  for (let round = 0; round < rounds; round++) {
    const matrix = new Float64Array(shCount * shCount);
    const right = new Float64Array(shCount);
    for (let i = 0; i < weight.length; i++) {
      let [square, product] = [0, 0];
      for (let channel = 0; channel < 3; channel++) {
        const scale = paint[channel] * colour[channel];
        let [given, change] = [0, 0];
        for (let k = 0; k < shCount; k++) {
          given += basis[shCount * i + k] * light[3 * k + channel];
          change += basis[shCount * i + k] * found[k];
        }
        const missing =
          srgbToLinear(colours[3 * i + channel]) * boundedShading(given) - paint[channel] * given;
        const w = weight[i] / Math.max(softness, Math.abs(scale * change - missing));
        square += w * scale * scale;
        product += w * scale * missing;
      }
      for (let k = 0; k < shCount; k++) {
        right[k] += product * basis[shCount * i + k];
        const row = square * basis[shCount * i + k];
        for (let j = 0; j < shCount; j++) matrix[shCount * k + j] += row * basis[shCount * i + j];
      }
    }
    const trace = matrix.reduce((sum, value, i) => sum + (i % (shCount + 1) === 0 ? value : 0), 0);
    if (!(trace > 0)) return found;
    for (let k = 0; k < shCount; k++) matrix[(shCount + 1) * k] += (hold * trace) / shCount;
    found = Float64Array.from(solvePositive(matrix, right));
  }
  return found;
}
