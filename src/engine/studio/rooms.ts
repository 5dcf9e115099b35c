import type { Provider, Status } from '../../shared/studio-api.ts';
import type { Template } from '../../shared/template.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';
import type { NeuralContent, NeuralPicture, NeuralRenderOptions } from '../neural/neural-view.ts';
import type { RefineInput, RefineView } from '../refine/types.ts';

/** An upright photo, sRGB, rows from the top. */
export interface PhotoPixels {
  width: number;
  height: number;
  /** [height, width, 3] */
  rgb: Uint8Array;
}

/** What the networks say of a photo before anything is fitted. */
export interface Estimate {
  crop: Crop;
  viewpoint: Viewpoint;
  lengthMetres: number;
  /** [V, 3] car lengths */
  offsets: Float32Array;
  /** [9, 3] */
  light: Float32Array;
  /** [32] code of the neural view's background */
  background: Float32Array;
}

/** The texture of a car, square, rows from the top. */
export interface Atlas {
  size: number;
  /** [size, size, 3] sRGB-encoded albedo */
  rgb: Uint8Array;
  /** [size, size] 255 where the photo showed the texel, 0 where it was guessed */
  observed: Uint8Array;
  /** [9, 3] the pose's light, corrected by what the photo tells of the paint; the albedo is for this one */
  light: Float32Array;
}

/** Where a car stands before a photo's camera. */
export interface Pose {
  /** [V, 3] car lengths */
  offsets: Float32Array;
  viewpoint: Viewpoint;
  crop: Crop;
  lengthMetres: number;
  /** [9, 3] */
  light: Float32Array;
}

/** Another photo of the same car, and where the car stands in it. */
export interface PosedPhoto {
  photo: PhotoPixels;
  /** [height, width] 0..255 */
  mask: Uint8Array;
  viewpoint: Viewpoint;
  crop: Crop;
  /** [9, 3] */
  light: Float32Array;
}

/** The generator with one car loaded. */
export interface NeuralCar {
  render(azimuthDeg: number, elevationDeg: number, options: NeuralRenderOptions): Promise<NeuralPicture>;
}

/** The best so far of a refinement under way. */
export interface RefineSnapshot {
  /** from 1 on */
  iteration: number;
  loss: number;
  /** 0..1 */
  maskIoU: number;
  viewpoint: Viewpoint;
  /** [V, 3] car lengths */
  offsets: Float32Array;
  /** [9, 3] */
  light: Float32Array;
}

export interface RefineRequest extends Pose {
  /** its pixels, and the texture, may come while the refinement runs */
  photo: RefineView['photo'];
  /** [height, width] 0..255 */
  mask: Uint8Array;
  /** square sRGB-encoded albedo atlas */
  texture: RefineInput['texture'];
  /** more photos of the same car, with their starts */
  others?: readonly PosedPhoto[];
  iterations: number;
  /** aborting ends with the best so far */
  signal: AbortSignal;
  onProgress(snapshot: RefineSnapshot): void;
}

export interface Refined {
  /** [V, 3] car lengths */
  offsets: Float32Array;
  viewpoint: Viewpoint;
  /** [9, 3] */
  light: Float32Array;
  /** of the request's other photos */
  others?: Pick<PosedPhoto, 'viewpoint' | 'light'>[];
  /** 0..1 */
  maskIoUBefore: number;
  maskIoUAfter: number;
  /** true when its signal ended it */
  stopped: boolean;
}

/** Everything of the engine that needs models or threads of its own; tests of the studio put stand-ins in its place. */
export interface Rooms {
  readonly template: Template;
  status(): Promise<Omit<Status, 'version'>>;
  /** Throws `provider-unavailable` and keeps the old one where it does not prove right. */
  setProvider(provider: Provider | 'auto'): Promise<void>;
  /** Opens what a first photo needs, so that it need not wait; with 'auto', then looks for a faster provider. */
  warmUp(): Promise<void>;
  /** Masks every car of a photo, [height, width] 0..255. Throws `no-car` where there is none. */
  segment(photo: PhotoPixels, signal: AbortSignal): Promise<Uint8Array>;
  /** With azimuthDeg, the hypothesis nearest to it is taken instead of the likelier one. */
  reconstruct(
    photo: PhotoPixels,
    mask: Uint8Array,
    options: { azimuthDeg?: number; signal?: AbortSignal },
  ): Promise<Estimate>;
  /**
   * With `full`, at the photo's own resolution, which takes longer; `others` are more photos of the same car; `isNew` for the
   * first texture of a car, whose exposure isn't settled yet.
   */
  textureCar(
    photo: PhotoPixels,
    mask: Uint8Array,
    pose: Pose,
    signal?: AbortSignal,
    more?: { full?: boolean; isNew?: boolean; others?: readonly PosedPhoto[] },
  ): Promise<Atlas>;
  loadNeural(content: NeuralContent): Promise<NeuralCar>;
  refine(request: RefineRequest): Promise<Refined>;
  close(): Promise<void>;
}
