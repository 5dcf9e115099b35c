import { createFragments, type Fragments } from './fragments.ts';

/** Largest sizes that buffers are made for. */
export interface BufferSizes {
  vertexCount: number;
  faceCount: number;
  /** pixels of the picture */
  pixelCount: number;
  /** faces kept per pixel for the soft silhouette; 1 when it isn't given */
  nearest?: number;
  /** numbers per vertex of Scene.attributes; 0 when it isn't given */
  attributeCount?: number;
  /** room for scenes with `antialias`; false when it isn't given */
  antialias?: boolean;
  /** pictures in memory that threads share, as openParallelRenderer needs them; false when it isn't given */
  shared?: boolean;
}

/** The arrays of Buffers that are pictures, or that pixels exchange. */
export const pictureNames = [
  'colour',
  'mask',
  'face',
  'depth',
  'attributes',
  'nearness',
  'radiance',
  'radianceGradient',
] as const;

/**
 * Everything that rendering writes: the pictures (the first five), what the backward pass needs of the forward pass, and
 * scratch. Made once and used for any scene that fits, so that an iteration allocates nothing. The pictures are row-major
 * from the top, with the scene's own width; what lies behind their end belongs to earlier, larger scenes.
 */
export interface Buffers {
  sizes: Required<BufferSizes>;
  /** [H, W, 3] colour where a face covers the pixel's centre, else 0 */
  colour: Float64Array;
  /** [H, W] 1 where covered, else the soft silhouette (0 without one) */
  mask: Float64Array;
  /** [H, W] index of the nearest face, -1 where none */
  face: Int32Array;
  /** [H, W] depth along the optical axis, Infinity where there is nothing */
  depth: Float64Array;
  /** [H, W, A] interpolated attributes where covered, else 0 */
  attributes: Float64Array;

  /** [V, 4] X, Y, W, Z of each vertex */
  clip: Float64Array;
  /** [V, 3] unit vertex normals (area-weighted), 0 where there are none */
  normals: Float64Array;
  /** [V] length of the area-weighted sum before it was made a unit */
  normalLengths: Float64Array;
  /** [F] 1 front, -1 back, 0 not drawable (behind the near plane, degenerate, not finite, above or below the picture), 2 / -2 the same but crossing it */
  facing: Int8Array;
  /** [H, W] the nearer the larger: 1 / W for a perspective camera, -Z for an orthographic one */
  nearness: Float64Array;

  /** the run of covered pixels that is worked on */
  fragments: Fragments;

  /** near pixels of the soft silhouette: their index in the picture, [P] */
  nearPixels: Int32Array;
  /** [H, W] position in nearPixels, -1 for others */
  nearSlot: Int32Array;
  /** [P] how many faces are kept */
  nearCount: Int32Array;
  /** [P, nearest] faces, in no order */
  nearFaces: Int32Array;
  /** [P, nearest] squared distances in pixels */
  nearDistances: Float64Array;
  /** [1] how many near pixels there are */
  nearTotal: Int32Array;
  /** [H + 1, W + 1] how many background pixels lie above and to the left */
  background: Int32Array;

  /** [H, W, 3] linear colours before contours are blended, and their gradient */
  radiance: Float64Array;
  radianceGradient: Float64Array;
  /** pairs of neighbouring pixels that a contour crosses, see antialias.ts, and [1] how many there are */
  pairs: Int32Array;
  pairTotal: Int32Array;
  /** [H, W, 2] the contour's edge, -1 where there is none, and its nearness */
  pairEdge: Int32Array;
  pairNear: Float64Array;

  /** [V, 4] gradient of clip */
  clipGradient: Float64Array;
  /** [V, 3] gradient of normals */
  normalGradient: Float64Array;
  /** [F, 9] per face, three vectors of homogeneous pixel positions weighted with the gradient of its edge functions; 0 between calls */
  edgeGradient: Float64Array;
  /** [F] 1 where edgeGradient was added to */
  touched: Uint8Array;
}

/** Zeros in memory that threads share: arrays that openParallelRenderer need not copy at each call. */
export function sharedNumbers(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

/** Allocates buffers. */
export function createBuffers(sizes: BufferSizes): Buffers {
  const { vertexCount: v, faceCount: f, pixelCount: p } = sizes;
  const { nearest = 1, attributeCount = 0, antialias = false, shared = false } = sizes;
  const blended = antialias ? p : 0;
  const numbers = (length: number) => (shared ? sharedNumbers(length) : new Float64Array(length));
  return {
    sizes: { vertexCount: v, faceCount: f, pixelCount: p, nearest, attributeCount, antialias, shared },
    colour: numbers(3 * p),
    mask: numbers(p),
    face: shared ? new Int32Array(new SharedArrayBuffer(4 * p)) : new Int32Array(p),
    depth: numbers(p),
    attributes: numbers(attributeCount * p),
    clip: new Float64Array(4 * v),
    normals: new Float64Array(3 * v),
    normalLengths: new Float64Array(v),
    facing: new Int8Array(f),
    nearness: numbers(p),
    fragments: createFragments(),
    nearPixels: new Int32Array(p),
    nearSlot: new Int32Array(p),
    nearCount: new Int32Array(p),
    nearFaces: new Int32Array(nearest * p),
    nearDistances: new Float64Array(nearest * p),
    nearTotal: new Int32Array(1),
    background: new Int32Array(2 * p + 2),
    radiance: numbers(3 * blended),
    radianceGradient: numbers(3 * blended),
    pairs: new Int32Array(2 * blended),
    pairTotal: new Int32Array(1),
    pairEdge: new Int32Array(2 * blended),
    pairNear: new Float64Array(2 * blended),
    clipGradient: new Float64Array(4 * v),
    normalGradient: new Float64Array(3 * v),
    edgeGradient: new Float64Array(9 * f),
    touched: new Uint8Array(f),
  };
}
