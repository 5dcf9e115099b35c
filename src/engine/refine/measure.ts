import {
  createBuffers,
  type OrbitCamera,
  orbitCameraMatrix,
  render,
  type Scene,
} from '../diffrender/index.ts';
import { linearTexture, shrinkFor } from '../render/linear-texture.ts';
import { colourLoss, hardIoU } from './picture-losses.ts';
import { cropTarget, type Target } from './target.ts';
import { TemplateMesh } from './template-mesh.ts';
import type { RefineInput, RefineView } from './types.ts';

/** Sides in pixels at which the outline is measured: the photo's own resolution within these. */
const sides = { least: 64, most: 1024 } as const;

function drawn(
  { template, texture }: Pick<RefineInput, 'template' | 'texture'>,
  vertices: Float64Array,
  camera: OrbitCamera,
  size: number,
  light?: ArrayLike<number>,
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
    surface: light
      ? {
          uv: template.uv,
          texture: linearTexture(texture, shrinkFor(texture.size, 2 * size)),
          light: Float64Array.from(light),
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
  input: RefineInput,
  view: RefineView,
  vertices: Float64Array,
  camera: OrbitCamera,
): number {
  const size = Math.round(Math.min(sides.most, Math.max(sides.least, view.crop.size)));
  const { face } = drawn(input, vertices, camera, size);
  return hardIoU(face, cropTarget(view, view.crop, size));
}

/** Mean absolute difference of sRGB-encoded colours inside the mask. */
export function colourDifference(
  input: RefineInput,
  light: ArrayLike<number>,
  vertices: Float64Array,
  camera: OrbitCamera,
  target: Target,
): number {
  const { colour, face } = drawn(input, vertices, camera, target.size, light);
  return colourLoss(colour, face, target);
}
