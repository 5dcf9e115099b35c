import type { Buffers } from './buffers.ts';
import { depthBackward } from './depth.ts';
import type { Gradients } from './gradients.ts';
import { vertexNormals, vertexNormalsBackward } from './normals.ts';
import { projectVertices, projectVerticesBackward } from './project.ts';
import { isPerspective, rasterise } from './rasterise.ts';
import { shade } from './shade.ts';
import { edgesBackward, shadeBackward } from './shade-backward.ts';
import { softSilhouette, softSilhouetteBackward } from './silhouette.ts';
import type { Real, Scene } from './types.ts';

function check(scene: Scene, buffers: Buffers): void {
  const { topology, width, height, surface, silhouette, vertices } = scene;
  const { sizes } = buffers;
  const pixels = width * height;
  const fail = (what: string): never => {
    throw new RangeError(`render: ${what}`);
  };
  if (!(Number.isInteger(width) && Number.isInteger(height) && width >= 0 && height >= 0))
    fail(`a picture of ${width} x ${height} can't be drawn.`);
  if (vertices.length !== 3 * topology.vertexCount)
    fail(`${vertices.length / 3} vertices given, the topology has ${topology.vertexCount}.`);
  if (
    pixels > sizes.pixelCount ||
    topology.vertexCount > sizes.vertexCount ||
    topology.faces.length > 3 * sizes.faceCount
  )
    fail('the buffers are too small for this scene; create larger ones.');
  if (isPerspective(scene.camera) && !(scene.near > 0)) fail('a perspective camera needs near > 0.');
  if (silhouette && !(silhouette.sigmainv > 0)) fail('sigmainv must be positive.');
  if (silhouette && !(silhouette.nearest >= 1 && silhouette.nearest <= sizes.nearest))
    fail(`the buffers keep ${sizes.nearest} faces per pixel, the silhouette asks for ${silhouette.nearest}.`);
  if (surface && surface.uv.length !== 2 * topology.faces.length)
    fail('uv must hold two numbers per corner of each face.');
  if (surface && surface.texture.texels.length !== 3 * surface.texture.width * surface.texture.height)
    fail("the texture's texels don't match its size.");
}

/**
 * Draws a scene into `buffers`: colour, mask, face, depth. A pure function of the scene.
 *
 * - A face with a corner that isn't finite, or without area in the picture, isn't drawn; nothing that isn't finite
 *   reaches a picture whose texture and light are finite (with 'srgb' never).
 * - What lies nearer than `near` isn't drawn; a face that crosses it is cut there, and has no soft silhouette.
 * - An empty picture, or one without pixels, is a valid result.
 *
 * Throws RangeError where sizes don't match.
 */
export function render(scene: Scene, buffers: Buffers): void {
  check(scene, buffers);
  projectVertices(scene.vertices, scene.camera, buffers.clip);
  rasterise(scene, buffers);
  if (scene.silhouette) softSilhouette(scene, scene.silhouette, buffers);
  if (!scene.surface) return;
  if (scene.surface.light)
    vertexNormals(scene.vertices, scene.topology.faces, buffers.normals, buffers.normalLengths);
  shade(scene, scene.surface, buffers);
}

/** Gradient of a loss with respect to the pictures; what is null doesn't enter the loss. */
export interface PictureGradient {
  /** [H, W, 3] */
  colour: Real | null;
  /** [H, W] */
  mask: Real | null;
  /** [H, W]; what it says where no face is counts for nothing */
  depth?: Real | null;
}

/**
 * Adds to `gradients` what a loss on the pictures of the last `render(scene, buffers)` asks for. Visibility is held fixed:
 * the mask moves vertices through its soft part, colour and depth through interpolation. A vertex that
 * isn't drawable gets 0.
 */
export function renderBackward(
  scene: Scene,
  buffers: Buffers,
  picture: PictureGradient,
  gradients: Gradients,
): void {
  const { topology, surface, silhouette } = scene;
  const { vertexCount, faces } = topology;
  buffers.clipGradient.fill(0, 0, 4 * vertexCount);
  if (silhouette && picture.mask) softSilhouetteBackward(scene, silhouette, buffers, picture.mask);
  buffers.edgeGradient.fill(0, 0, 3 * faces.length);
  if (picture.depth) depthBackward(scene, buffers, picture.depth);
  if (surface && picture.colour) {
    buffers.normalGradient.fill(0, 0, 3 * vertexCount);
    shadeBackward(scene, surface, buffers, picture.colour, gradients);
    if (surface.light) {
      vertexNormalsBackward(
        scene.vertices,
        faces,
        buffers.normals,
        buffers.normalLengths,
        buffers.normalGradient,
        gradients.vertices,
      );
    }
  }
  edgesBackward(scene, buffers);
  projectVerticesBackward(
    scene.vertices,
    scene.camera,
    buffers.clipGradient,
    gradients.vertices,
    gradients.camera,
  );
}
