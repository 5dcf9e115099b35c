import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { cropPicture, encoderInput } from '../src/engine/photo/crop.ts';
import type { PhotoPixels } from '../src/engine/studio/rooms.ts';
import type { Crop } from '../src/shared/viewpoint.ts';
import { namesIn, withInnerOutputs } from './inner-outputs.ts';

/** Side of the encoder's crop, in which pictures are compared. */
export const comparedSide = 128;

/** The encoder's trunk after its first layer and after every residual block. */
const depths = /\/encoder\/trunk\/trunk\.\d+(?:\/trunk\.0\.\d+)?\/Relu_output_0/;

/** Features of one picture at one depth: [channels, side, side]. */
interface Features {
  channels: number;
  side: number;
  data: Float32Array;
}

/**
 * A distance of pictures like LPIPS (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
 * CVPR 2018, without learned weights), in the features of our own encoder: at each depth the features of a place are scaled to
 * unit length over the channels, their squared differences summed over the channels and averaged over the places by how much
 * of them the mask covers; then the mean over the depths. 0 for equal pictures, at most 4.
 */
export class PerceptualDistance {
  readonly #session: InferenceSession;
  readonly #names: string[];

  private constructor(session: InferenceSession, names: string[]) {
    this.#session = session;
    this.#names = names;
  }

  /** Opens encoder.onnx of a folder of models. */
  static async open(modelsDir: string): Promise<PerceptualDistance> {
    const model = new Uint8Array(await readFile(join(modelsDir, 'encoder.onnx')));
    const names = namesIn(model, depths);
    if (names.length < 4)
      throw new Error(`PerceptualDistance: encoder.onnx has ${names.length} inner layers of the trunk.`);
    const session = await InferenceSession.create(withInnerOutputs(model, names), {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return new PerceptualDistance(session, names);
  }

  /** Distance of what two crops, each of its own picture, show inside one mask [height, width] 0..255 of the first. */
  async between(
    first: { picture: PhotoPixels; crop: Crop },
    second: { picture: PhotoPixels; crop: Crop },
    mask: Uint8Array,
  ): Promise<number> {
    const a = cropPicture(first.picture, mask, first.crop, comparedSide);
    // the second picture under the first one's mask, so that nothing but colours differs
    const whole = new Uint8Array(second.picture.width * second.picture.height).fill(255);
    const b = {
      ...cropPicture(second.picture, whole, second.crop, comparedSide),
      mask: a.mask,
      valid: a.valid,
    };
    const both = await Promise.all([a, b].map((picture) => this.#features(encoderInput(picture))));
    return featureDistance(both[0], both[1], a.mask);
  }

  close(): Promise<void> {
    return this.#session.release();
  }

  async #features(crop: Float32Array): Promise<Features[]> {
    const input = new Tensor('float32', crop, [1, 5, comparedSide, comparedSide]);
    const answer = await this.#session.run({ crop: input }, this.#names);
    return this.#names.map((name) => {
      const { data, dims } = answer[name];
      if (!(data instanceof Float32Array)) throw new Error(`PerceptualDistance: ${name} is not float32.`);
      return { channels: dims[1], side: dims[2], data };
    });
  }
}

/** Mean over depths of the mean, weighted by a square mask of any multiple of their sides, of |a/|a| - b/|b||^2. */
export function featureDistance(a: readonly Features[], b: readonly Features[], mask: Float32Array): number {
  const perDepth = a.map((features, depth) => {
    const { channels, side } = features;
    const [one, two] = [features.data, b[depth].data];
    const weight = shrunk(mask, side);
    const places = side * side;
    let [sum, total] = [0, 0];
    for (let p = 0; p < places; p++) {
      if (weight[p] === 0) continue;
      let [aa, bb, ab] = [0, 0, 0];
      for (let i = p; i < channels * places; i += places) {
        aa += one[i] * one[i];
        bb += two[i] * two[i];
        ab += one[i] * two[i];
      }
      const lengths = Math.sqrt(aa * bb);
      // |a/|a| - b/|b||^2 = 2 - 2 cos; a place without any feature equals only another one
      sum += weight[p] * (lengths > 0 ? Math.max(0, 2 - (2 * ab) / lengths) : aa === bb ? 0 : 1);
      total += weight[p];
    }
    return total > 0 ? sum / total : 0;
  });
  return perDepth.reduce((sum, value) => sum + value, 0) / perDepth.length;
}

/** Block means of a square picture. */
function shrunk(values: Float32Array, side: number): Float32Array {
  const from = Math.sqrt(values.length);
  const block = from / side;
  const means = new Float32Array(side * side);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(Math.floor(i / from) / block);
    means[row * side + Math.floor((i % from) / block)] += values[i] / (block * block);
  }
  return means;
}
