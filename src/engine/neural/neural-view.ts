import type { Picture } from '../../shared/studio-api.ts';
import { canonicalFraming, wrapAzimuth } from '../../shared/viewpoint.ts';
import type { ModelTensor } from '../models/session.ts';
import type { ModelRunner } from '../models/store.ts';
import { resample } from '../photo/resample.ts';

/** What the neural view is drawn from. */
export interface NeuralContent {
  /** [V, 3] offsets from the template's mean, car lengths */
  offsets: Float32Array;
  /** square sRGB albedo atlas */
  texture: { size: number; rgb: Uint8Array };
  /** [32] code of the background encoder */
  background: Float32Array;
}

/** A picture of the neural view with the elevation that was really drawn: clamped to what was trained. */
export interface NeuralPicture extends Picture {
  elevationDeg: number;
}

/** Side of the mapper's texture. */
const mapperTextureSide = 64;

/** The generator with one car loaded: the content share of its styles is computed once, the view share for each picture. */
export class NeuralView {
  readonly #models: ModelRunner;
  readonly #content: ModelTensor;

  private constructor(models: ModelRunner, content: ModelTensor) {
    this.#models = models;
    this.#content = content;
  }

  static async load(models: ModelRunner, car: NeuralContent): Promise<NeuralView> {
    const side = mapperTextureSide;
    const { w_content } = await models.run('mapper_content', {
      offsets: { data: car.offsets, dims: [1, car.offsets.length / 3, 3] },
      texture: { data: texturePlanes(car.texture), dims: [1, 3, side, side] },
      background: { data: car.background, dims: [1, car.background.length] },
    });
    return new NeuralView(models, w_content);
  }

  /** Draws the car in canonical framing; the elevation is clamped to what was trained. */
  async render(azimuthDeg: number, elevationDeg: number): Promise<NeuralPicture> {
    const { minElevationDeg, maxElevationDeg } = canonicalFraming;
    const elevation = Math.min(maxElevationDeg, Math.max(minElevationDeg, elevationDeg));
    const azimuth = (wrapAzimuth(azimuthDeg) * Math.PI) / 180;
    const viewpoint = Float32Array.of(Math.sin(azimuth), Math.cos(azimuth), (elevation * Math.PI) / 180);
    const { w_view } = await this.#models.run('mapper_view', {
      viewpoint: { data: viewpoint, dims: [1, 3] },
    });
    const { data, dims } = this.#content;
    const styles = data.map((value, i) => value + w_view.data[i]);
    const { picture } = await this.#models.run('generator', { w_plus: { data: styles, dims } });
    return { ...rgbaOf(picture), elevationDeg: elevation };
  }
}

/** [3, 64, 64] 0..1, averaged over areas. */
function texturePlanes({ size, rgb }: { size: number; rgb: Uint8Array }): Float32Array {
  const side = mapperTextureSide;
  const { values } = resample(
    { width: size, height: size, channels: 3, data: rgb },
    { x: 0, y: 0, width: size, height: size },
    side,
    side,
  );
  const plane = side * side;
  return new Float32Array(3 * plane).map((_, i) => values[3 * (i % plane) + Math.floor(i / plane)] / 255);
}

/** A picture [1, 3, H, W] 0..1 as opaque RGBA. */
function rgbaOf({ data, dims }: ModelTensor): Picture {
  const [, , height, width] = dims;
  const plane = width * height;
  const rgba = new Uint8Array(4 * plane);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[4 * i + channel] = Math.round(255 * Math.min(1, Math.max(0, data[channel * plane + i])));
    }
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}
