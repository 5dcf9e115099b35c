import type { Picture, Provider, Status } from '../../shared/studio-api.ts';
import type { Template } from '../../shared/template.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';
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
  /** code of the neural view's background */
  background: Float32Array;
}

/** Albedo atlas [size, size, 3] sRGB and, per texel, 255 where the photo showed it. */
export interface Atlas {
  size: number;
  rgb: Uint8Array;
  observed: Uint8Array;
  /** [9, 3] the pose's light, corrected by what the photo tells of the paint; the albedo is for this one */
  light: Float32Array;
}

/** Where a car stands before a photo's camera. */
export interface Pose {
  offsets: Float32Array;
  viewpoint: Viewpoint;
  crop: Crop;
  lengthMetres: number;
  light: Float32Array;
}

/** Another photo of the same car, and where the car stands in it. */
export interface PosedPhoto {
  photo: PhotoPixels;
  mask: Uint8Array;
  viewpoint: Viewpoint;
  crop: Crop;
  light: Float32Array;
}

export interface NeuralContent {
  offsets: Float32Array;
  texture: { size: number; rgb: Uint8Array };
  background: Float32Array;
}

/** The generator with one car loaded. */
export interface NeuralCar {
  /** elevationDeg of the answer is what was drawn: clamped to what was trained */
  render(azimuthDeg: number, elevationDeg: number): Promise<Picture & { elevationDeg: number }>;
}

export interface RefineSnapshot {
  iteration: number;
  loss: number;
  maskIoU: number;
  viewpoint: Viewpoint;
  offsets?: Float32Array;
  light?: Float32Array;
  texture?: { size: number; rgba: Uint8Array };
}

export interface RefineRequest extends Pose {
  /** its pixels, and the texture, may come while the refinement runs */
  photo: RefineView['photo'];
  mask: Uint8Array;
  texture: RefineInput['texture'];
  /** more photos of the same car, with their starts */
  others?: readonly PosedPhoto[];
  iterations: number;
  /** aborting ends with the best so far */
  signal: AbortSignal;
  onProgress(snapshot: RefineSnapshot): void;
}

export interface Refined {
  offsets: Float32Array;
  viewpoint: Viewpoint;
  light: Float32Array;
  /** of the request's other photos */
  others?: Pick<PosedPhoto, 'viewpoint' | 'light'>[];
  maskIoUBefore: number;
  maskIoUAfter: number;
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
