/** Largest sizes that buffers are made for. */
export interface BufferSizes {
  vertexCount: number;
  faceCount: number;
  /** pixels of the picture */
  pixelCount: number;
  /** faces kept per pixel for the soft silhouette; 1 when it isn't given */
  nearest?: number;
}

/**
 * Everything that rendering writes: the picture (the first four), what the backward pass needs of the forward pass, and
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

  /** [V, 4] X, Y, W, Z of each vertex */
  clip: Float64Array;
  /** [V, 3] unit vertex normals (area-weighted), 0 where there are none */
  normals: Float64Array;
  /** [V] length of the area-weighted sum before it was made a unit */
  normalLengths: Float64Array;
  /** [F] 1 front, -1 back, 0 not drawable (behind the near plane, degenerate, not finite), 2 / -2 the same but crossing it */
  facing: Int8Array;
  /** [H, W] the nearer the larger: 1 / W for a perspective camera, -Z for an orthographic one */
  nearness: Float64Array;

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

  /** [V, 4] gradient of clip */
  clipGradient: Float64Array;
  /** [V, 3] gradient of normals */
  normalGradient: Float64Array;
  /** [F, 9] per face, three vectors of homogeneous pixel positions weighted with the gradient of its edge functions */
  edgeGradient: Float64Array;
}

/** Allocates buffers. */
export function createBuffers(sizes: BufferSizes): Buffers {
  const { vertexCount: v, faceCount: f, pixelCount: p } = sizes;
  const nearest = sizes.nearest ?? 1;
  return {
    sizes: { vertexCount: v, faceCount: f, pixelCount: p, nearest },
    colour: new Float64Array(3 * p),
    mask: new Float64Array(p),
    face: new Int32Array(p),
    depth: new Float64Array(p),
    clip: new Float64Array(4 * v),
    normals: new Float64Array(3 * v),
    normalLengths: new Float64Array(v),
    facing: new Int8Array(f),
    nearness: new Float64Array(p),
    nearPixels: new Int32Array(p),
    nearSlot: new Int32Array(p),
    nearCount: new Int32Array(p),
    nearFaces: new Int32Array(nearest * p),
    nearDistances: new Float64Array(nearest * p),
    nearTotal: new Int32Array(1),
    background: new Int32Array(2 * p + 2),
    clipGradient: new Float64Array(4 * v),
    normalGradient: new Float64Array(3 * v),
    edgeGradient: new Float64Array(9 * f),
  };
}
