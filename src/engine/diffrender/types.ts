/** Arrays of numbers that the renderer reads; everything it computes is kept in double precision. */
export type Real = Float32Array | Float64Array;

/** Rows of a camera matrix, in units of 4 numbers: x and y (pixels x w), w, depth. */
export type CameraMatrix = Float64Array;

/** The rows from..to - 1 of a picture. */
export interface Rows {
  from: number;
  to: number;
}

/**
 * Linear rgb texels [height, width, 3], row 0 at v = 0, texel centres at +0.5, clamped at the rim. Without `levels` they are
 * looked up bilinearly; with them, trilinearly in the pyramid that `mipmapped` has put behind the texels.
 */
export interface Texture {
  width: number;
  height: number;
  texels: Real;
  /** how many mip levels `texels` holds, the texture itself included */
  levels?: number;
}

/** The textures of several meshes behind one another in one array, made by joinMeshes. */
export interface TextureSet {
  texels: Real;
  pages: readonly { width: number; height: number; offset: number; levels?: number }[];
  /** [F] the page that a face shows */
  ofFace: Uint16Array;
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

/** Light from one direction; adds texture x radiance x max(0, n . l), with 1/pi folded into radiance. */
export interface Lamp {
  /** [3] towards the lamp, in mesh space, of any length but 0 */
  direction: Real;
  /** [3] linear rgb */
  radiance: Real;
}

/**
 * Normalised Blinn-Phong lobe of the lamp: specular x radiance x (m + 8) / 8 (n . h)^m max(0, n . l), h half-way between lamp
 * and eye (Akenine-Moeller et al., Real-Time Rendering, 3rd ed., 7.6).
 */
export interface Lobe {
  /** [3] linear rgb */
  specular: Real;
  /** the exponent m, > 0 */
  shininess: number;
}

/** One mesh seen by one camera; joinMeshes makes one of many. Nothing in it is changed by rendering. */
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
  /** null: mask, depth and attributes only */
  surface: Surface | null;
  /** [V, A] interpolated into `buffers.attributes`, for buffers with attributeCount A */
  attributes?: Real | null;
  /**
   * true: colour, and the mask if it is hard, are blended along contours by the share of the pixel that the nearer face
   * covers, so that colour moves them; for buffers with `antialias`
   */
  antialias?: boolean;
}

/** What the mesh looks like: linear rgb = texture x (sum_k light_k Y_k(normal) + lamp) + lobe. */
export interface Surface {
  /** [F, 3, 2] per corner */
  uv: Real;
  texture: Texture | TextureSet;
  /** [9, 3] spherical harmonics of order 2 in mesh space; null without a lamp shades with 1, with one with 0 */
  light: Real | null;
  lamp?: Lamp | null;
  /** needs a lamp */
  lobe?: Lobe | null;
  /** 'srgb' clips to [0, 1] and encodes; 'linear' gives the radiance as it is */
  transfer: 'srgb' | 'linear';
}
