import type { Template } from '../../shared/template.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';

/** A car and the photo that it is fitted to. Nothing of it is changed. */
export interface RefineInput {
  template: Template;
  /** [V, 3] offsets from the template's mean to start from, in car lengths */
  offsets: Float32Array;
  /** to start from */
  viewpoint: Viewpoint;
  crop: Crop;
  lengthMetres: number;
  /** [9, 3] to start from */
  light: Float32Array;
  /** the oriented photo: sRGB, [height, width, 3] */
  photo: { width: number; height: number; rgb: Uint8Array };
  /** [height, width] 0..255, of the photo's size */
  mask: Uint8Array;
  /** square atlas of sRGB-encoded albedo, [size, size, 3] */
  texture: { size: number; rgb: Uint8Array };
}

/** One message of a running refinement: the best so far, so that `maskIoU` never falls and `loss` never rises. */
export interface RefineUpdate {
  iteration: number;
  iterations: number;
  loss: number;
  maskIoU: number;
  viewpoint: Viewpoint;
  offsets: Float32Array;
  light: Float32Array;
}

export interface RefineOptions {
  /** 1..2000 steps of the optimiser; the schedule spreads its stages over them */
  iterations: number;
  /** ends with the best so far */
  signal?: AbortSignal;
  /** called at most every `reportEveryMs` of schedule.ts, and at the end */
  onProgress?: (update: RefineUpdate) => void;
}

/** The terms of the loss at the result, unweighted. */
export interface LossTerms {
  /** 1 - soft intersection over union with the mask */
  silhouette: number;
  /** mean absolute difference of sRGB-encoded colours inside the mask */
  colour: number;
  laplacian: number;
  flatness: number;
  movement: number;
  /** how unusual the shape is, and how far from the start: weighted mean squares of the coefficients */
  prior: number;
  ground: number;
  /** squared departures of the camera from what it started from, in their standard deviations */
  camera: number;
}

export interface RefineOutcome {
  /** [V, 3] offsets from the template's mean: length 1, wheels on y = 0, symmetric */
  offsets: Float32Array;
  viewpoint: Viewpoint;
  light: Float32Array;
  /** against the mask inside the photo, at the photo's resolution or 1024 pixels to the crop's side */
  maskIoUBefore: number;
  maskIoUAfter: number;
  losses: LossTerms;
  /** true when the signal ended it: the outcome is the best so far */
  stopped: boolean;
}
