import type { Template } from '../../shared/template.ts';
import {
  createBuffers,
  type OrbitCamera,
  orbitCameraMatrix,
  render,
  type Scene,
} from '../diffrender/index.ts';
import { linearTexture, shrinkFor } from '../render/linear-texture.ts';
import { colourLoss, hardIoU } from './picture-losses.ts';
import type { ColourCrop, MaskCrop } from './target.ts';
import { TemplateMesh } from './template-mesh.ts';
import type { AtlasPixels } from './types.ts';

function drawn(
  template: Template,
  vertices: Float64Array,
  camera: OrbitCamera,
  size: number,
  lit?: { texture: AtlasPixels; light: ArrayLike<number> },
) {
  const { vertexCount, faceCount } = template;
  const scene: Scene = {
    width: size,
    height: size,
    camera: orbitCameraMatrix(camera, { x: 0, y: 0, size }),
    near: 0.02,
    topology: TemplateMesh.of(template).topology,
    vertices,
    cullBack: true,
    silhouette: null,
    surface: lit
      ? {
          uv: template.uv,
          texture: linearTexture(lit.texture, shrinkFor(lit.texture.size, 2 * size)),
          light: Float64Array.from(lit.light),
          transfer: 'srgb',
        }
      : null,
  };
  const buffers = createBuffers({ vertexCount, faceCount, pixelCount: size * size });
  render(scene, buffers);
  return buffers;
}

/** Intersection over union of the car's outline with the mask, inside the photo. */
export function outlineIoU(
  template: Template,
  vertices: Float64Array,
  camera: OrbitCamera,
  outline: MaskCrop,
): number {
  return hardIoU(drawn(template, vertices, camera, outline.size).face, outline);
}

/** Mean absolute difference of sRGB-encoded colours inside the mask. */
export function colourDifference(
  template: Template,
  lit: { texture: AtlasPixels; light: ArrayLike<number> },
  vertices: Float64Array,
  camera: OrbitCamera,
  target: ColourCrop,
): number {
  const { colour, face } = drawn(template, vertices, camera, target.size, lit);
  return colourLoss(colour, face, target);
}
