import { throwIfCancelled } from '../../shared/errors.ts';
import type { NeuralDetail, Picture } from '../../shared/studio-api.ts';
import { canonicalFraming, wrapAzimuth } from '../../shared/viewpoint.ts';
import { fitsInput } from '../models/fits-input.ts';
import type { ModelEntry } from '../models/manifest.ts';
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

export interface NeuralRenderOptions {
  detail: NeuralDetail;
  /** aborting ends it when the generator has drawn, before the picture is doubled */
  signal?: AbortSignal;
}

/** The manifest's entry of a model that doubles pictures. */
type Upsampler = Pick<ModelEntry, 'inputs'>;

/** Side of the mapper's texture. */
const mapperTextureSide = 64;

/** The generator with one car loaded: the content share of its styles is computed once, the view share for each picture. */
export class NeuralView {
  readonly #models: ModelRunner;
  readonly #content: ModelTensor;
  readonly #upsampler: Upsampler | undefined;

  private constructor(models: ModelRunner, content: ModelTensor, upsampler: Upsampler | undefined) {
    this.#models = models;
    this.#content = content;
    this.#upsampler = upsampler;
  }

  /**
   * Full pictures are doubled by `upsampler` if the manifest says that it takes the generator's size (128 x 128 for ours): a
   * generator of another size (an imported one), or a folder of models without upsampler, gives its own.
   */
  static async load(models: ModelRunner, car: NeuralContent, upsampler?: Upsampler): Promise<NeuralView> {
    const side = mapperTextureSide;
    const { w_content } = await models.run('mapper_content', {
      offsets: { data: car.offsets, dims: [1, car.offsets.length / 3, 3] },
      texture: { data: texturePlanes(car.texture), dims: [1, 3, side, side] },
      background: { data: car.background, dims: [1, car.background.length] },
    });
    return new NeuralView(models, w_content, upsampler);
  }

  /** Draws the car in canonical framing; the elevation is clamped to what was trained. */
  async render(
    azimuthDeg: number,
    elevationDeg: number,
    { detail, signal }: NeuralRenderOptions,
  ): Promise<NeuralPicture> {
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
    throwIfCancelled(signal);
    const shown = detail === 'full' ? await this.#doubled(picture) : picture;
    return { ...rgbaOf(shown), elevationDeg: elevation };
  }

  async #doubled(picture: ModelTensor): Promise<ModelTensor> {
    if (!this.#upsampler || !fitsInput(this.#upsampler, 'picture', picture.dims)) return picture;
    const { doubled } = await this.#models.run('upsampler', { picture });
    return doubled;
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
