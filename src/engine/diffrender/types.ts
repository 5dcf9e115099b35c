/** Arrays of numbers that the renderer reads; everything it computes is kept in double precision. */
export type Real = Float32Array | Float64Array;

/** Rows of a camera matrix, in units of 4 numbers: x and y (pixels x w), w, depth. */
export type CameraMatrix = Float64Array;

/** Linear rgb texels [height, width, 3], row 0 at v = 0. Looked up bilinearly, texel centres at +0.5, clamped at the rim. */
export interface Texture {
  width: number;
  height: number;
  texels: Real;
}

/** Connectivity of a mesh; depends on the faces alone, see buildTopology. */
export interface Topology {
  vertexCount: number;
  /** [F, 3] vertex indices, counter-clockwise from outside */
  faces: Uint32Array;
  /** [F, 3] the face across the edge from corner k to corner k + 1; -1 at a border or where three faces meet */
  neighbours: Int32Array;
}

/** Soft silhouette in the way of DIB-R (Chen et al., NeurIPS 2019). */
export interface SoftSilhouette {
  /** falloff on the plane where the picture's width spans [-1, 1]: one face adds exp(-d^2 x sigmainv) */
  sigmainv: number;
  /** how many of the nearest faces count for a pixel, 1..64; DIB-R's own number is 30 */
  nearest: number;
}

/** One mesh seen by one camera. Nothing in it is changed by rendering. */
export interface Scene {
  width: number;
  height: number;
  /** [4, 4], see camera.ts; pixel centres at +0.5 */
  camera: CameraMatrix;
  /** nothing nearer than this depth is drawn; > 0 for a perspective camera */
  near: number;
  topology: Topology;
  /** [V, 3] */
  vertices: Real;
  /** true: faces that turn their back (clockwise in the picture) aren't drawn; for closed meshes the picture is the same */
  cullBack: boolean;
  /** null leaves the hard mask: 1 where a face covers the pixel's centre */
  silhouette: SoftSilhouette | null;
  /** null: mask and depth only */
  surface: Surface | null;
}

/** What the mesh looks like: linear rgb = texture x sum_k light_k Y_k(normal). */
export interface Surface {
  /** [F, 3, 2] per corner */
  uv: Real;
  texture: Texture;
  /** [9, 3] spherical harmonics of order 2 in mesh space; null shades with 1 */
  light: Real | null;
  /** 'srgb' clips to [0, 1] and encodes; 'linear' gives the radiance as it is */
  transfer: 'srgb' | 'linear';
}
