import type { Template } from '../../shared/template.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';

/** What is needed only when the geometry is fitted: a refinement begins before it is there. */
export type Later<T> = T | Promise<T>;

/** A square atlas of sRGB-encoded albedo, [size, size, 3]. */
export interface AtlasPixels {
  size: number;
  rgb: Uint8Array;
}

/** One photo of the car, and what is known of how it was taken. */
export interface RefineView {
  /** the oriented photo: sRGB, [height, width, 3] */
  photo: { width: number; height: number; rgb: Later<Uint8Array> };
  /** [height, width] 0..255, of the photo's size */
  mask: Uint8Array;
  crop: Crop;
  /** to start from; its target is the centre of the car's box, the same in all views */
  viewpoint: Viewpoint;
  /** [9, 3] to start from */
  light: Float32Array;
}

/** A car and the photos that it is fitted to. Nothing of it is changed. */
export interface RefineInput {
  template: Template;
  /** [V, 3] offsets from the template's mean to start from, in car lengths */
  offsets: Float32Array;
  lengthMetres: number;
  texture: Later<AtlasPixels>;
  /** 1..12 photos of this one car */
  views: readonly RefineView[];
}

/** Camera and light of one photo, in the order of the input's views. */
export interface FittedView {
  viewpoint: Viewpoint;
  /** [9, 3] */
  light: Float32Array;
}

/** One message of a running refinement: the best so far, so that `loss` never rises. */
export interface RefineUpdate {
  iteration: number;
  iterations: number;
  /** Candidate.score of refine.ts: 1 - IoU at 256 pixels summed over the views, and the weighted regularisers */
  loss: number;
  /** mean over the views */
  maskIoU: number;
  /** as in RefineOutcome */
  offsets: Float32Array;
  views: FittedView[];
}

export interface RefineOptions {
  /** 1..2000 steps of the optimiser; the schedule spreads its stages over them */
  iterations: number;
  /** ends with the best so far */
  signal?: AbortSignal;
  /** called at most every `reportEveryMs` of schedule.ts, and at the end */
  onProgress?: (update: RefineUpdate) => void;
}

/** The terms of the loss at the result, unweighted but for `prior`; the first two and `camera` are means over the views. */
export interface LossTerms {
  /** 1 - soft intersection over union with the mask */
  silhouette: number;
  /** mean absolute difference of sRGB-encoded colours inside the mask */
  colour: number;
  /** bending of the free field: mean square, in edge lengths */
  laplacian: number;
  /** creases that the start did not have: mean square of what the cosines between neighbouring faces lost */
  flatness: number;
  /** mean square length of the free field, car lengths */
  movement: number;
  /**
   * how unusual the shape is, and how far from the start: weighted mean squares of the coefficients, and its proportions where
   * the photos hide the car's length
   */
  prior: number;
  /** mean square height (car lengths) of the wheels' contact vertices and of what lies below the ground */
  ground: number;
  /** squared departures of the camera from what it started from, in their standard deviations, and what camerasApart adds */
  camera: number;
}

/** A fitted view with how well the car's outline agreed with its mask, 0..1: inside the photo, at the photo's resolution or
 * 1024 pixels to the crop's side. */
export interface ViewOutcome extends FittedView {
  maskIoUBefore: number;
  maskIoUAfter: number;
}

export interface RefineOutcome {
  /** [V, 3] offsets from the template's mean: length 1, wheels on y = 0, symmetric */
  offsets: Float32Array;
  views: ViewOutcome[];
  losses: LossTerms;
  /** true when the signal ended it: the outcome is the best so far */
  stopped: boolean;
}
