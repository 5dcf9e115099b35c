import { antialias, antialiasBackward } from './antialias.ts';
import { interpolateAttributes, interpolateAttributesBackward } from './attributes.ts';
import type { Buffers } from './buffers.ts';
import { checkScene } from './check.ts';
import { depthBackward } from './depth.ts';
import { eyeBackward, eyeOf } from './eye.ts';
import { barycentricsBackward, clearRun, edgesBackward, gather } from './fragments.ts';
import type { Gradients } from './gradients.ts';
import { foldMipmaps } from './mipmap.ts';
import { vertexNormals, vertexNormalsBackward } from './normals.ts';
import { projectVertices, projectVerticesBackward } from './project.ts';
import { rasterise } from './rasterise.ts';
import { needsNormals, type ShadeContext, shadeRun, shadeRunBackward, writeColours } from './shade.ts';
import { softSilhouette, softSilhouetteBackward } from './silhouette.ts';
import { pagesOf } from './texture.ts';
import type { Real, Rows, Scene, Surface } from './types.ts';

/** Gradient of a loss with respect to the pictures; what is null or absent doesn't enter the loss. */
export interface PictureGradient {
  /** [H, W, 3] */
  colour: Real | null;
  /** [H, W] */
  mask: Real | null;
  /** [H, W]; what it says where no face is counts for nothing */
  depth?: Real | null;
  /** [H, W, A] */
  attributes?: Real | null;
}

function contextOf(scene: Scene, surface: Surface): ShadeContext {
  return { pages: pagesOf(surface), eye: eyeOf(scene.camera), eyeGradient: new Float64Array(3) };
}

/**
 * Draws a scene into `buffers`: colour, mask, face, depth and attributes. A pure function of the scene.
 *
 * - A face with a corner that isn't finite, or without area in the picture, isn't drawn; nothing that isn't finite
 *   reaches a picture whose texture and light are finite (with 'srgb' never).
 * - What lies nearer than `near` isn't drawn; a face that crosses it is cut there, and has no soft silhouette.
 * - An empty picture, or one without pixels, is a valid result.
 *
 * Throws RangeError where sizes don't match.
 */
export function render(scene: Scene, buffers: Buffers): void {
  checkScene(scene, buffers);
  const rows = { from: 0, to: scene.height };
  projectVertices(scene.vertices, scene.camera, buffers.clip);
  drawRows(scene, buffers, rows);
  if (scene.antialias) antialias(scene, buffers, rows);
}

/** All of `render` between projection and the blending of contours, for the pixels of `rows` alone. */
export function drawRows(scene: Scene, buffers: Buffers, rows: Rows): void {
  const { width, surface, silhouette, attributes } = scene;
  const [first, end] = [rows.from * width, rows.to * width];
  rasterise(scene, buffers, rows);
  if (silhouette) softSilhouette(scene, silhouette, buffers, rows);
  if (surface) (scene.antialias ? buffers.radiance : buffers.colour).fill(0, 3 * first, 3 * end);
  if (attributes) {
    const { attributeCount } = buffers.sizes;
    buffers.attributes.fill(0, attributeCount * first, attributeCount * end);
  }
  if (!surface && !attributes) return;
  if (surface && needsNormals(surface))
    vertexNormals(scene.vertices, scene.topology.faces, buffers.normals, buffers.normalLengths);
  const context = surface && contextOf(scene, surface);
  const walk = { pixel: first, count: 0 };
  while (gather(scene, buffers, walk, end)) {
    if (attributes) interpolateAttributes(scene, buffers, walk.count, attributes);
    if (!surface || !context) continue;
    shadeRun(scene, surface, buffers, walk.count, context);
    writeColours(scene, surface, buffers, walk.count);
  }
}

/**
 * Adds to `gradients` what a loss on the pictures of the last `render(scene, buffers)` asks for. Which face a pixel shows is
 * held fixed: the mask moves vertices through its soft part, colour, depth and attributes through interpolation, and with
 * `antialias` colour and hard mask move the contours. A vertex that isn't drawable gets 0, and so does what a colour that
 * isn't finite came from.
 */
export function renderBackward(
  scene: Scene,
  buffers: Buffers,
  picture: PictureGradient,
  gradients: Gradients,
): void {
  backwardRows(scene, buffers, picture, gradients, { from: 0, to: scene.height });
}

/** renderBackward for the pixels of `rows`: the sum over disjoint rows is the whole. */
export function backwardRows(
  scene: Scene,
  buffers: Buffers,
  picture: PictureGradient,
  gradients: Gradients,
  rows: Rows,
): void {
  const { topology, surface, silhouette, attributes } = scene;
  const { vertexCount, faces } = topology;
  buffers.clipGradient.fill(0, 0, 4 * vertexCount);
  buffers.normalGradient.fill(0, 0, 3 * vertexCount);
  if (silhouette && picture.mask) softSilhouetteBackward(scene, silhouette, buffers, picture.mask);
  if (scene.antialias) antialiasBackward(scene, buffers, rows, picture.colour, picture.mask);

  const colour = picture.colour && scene.antialias ? buffers.radianceGradient : picture.colour;
  const context = surface && colour ? contextOf(scene, surface) : null;
  const ofAttributes = attributes && gradients.attributes ? (picture.attributes ?? null) : null;
  if (context || picture.depth || ofAttributes) {
    const walk = { pixel: rows.from * scene.width, count: 0 };
    while (gather(scene, buffers, walk, rows.to * scene.width)) {
      const { count } = walk;
      clearRun(buffers.fragments, count);
      if (picture.depth) depthBackward(scene, buffers, count, picture.depth);
      if (attributes && gradients.attributes && ofAttributes)
        interpolateAttributesBackward(scene, buffers, count, attributes, ofAttributes, gradients.attributes);
      if (surface && colour && context) {
        shadeRun(scene, surface, buffers, count, context);
        shadeRunBackward(scene, surface, buffers, count, context, colour, gradients);
      }
      barycentricsBackward(scene, buffers, count);
    }
  }
  if (surface && context) {
    const { pages, eye, eyeGradient } = context;
    if (pages.mipmapped && gradients.texels) foldMipmaps(pages, gradients.texels);
    if (surface.lobe) eyeBackward(scene.camera, eye, eyeGradient, gradients.camera);
    if (needsNormals(surface))
      vertexNormalsBackward(
        scene.vertices,
        faces,
        buffers.normals,
        buffers.normalLengths,
        buffers.normalGradient,
        gradients.vertices,
      );
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
