import type { Template } from '../../shared/template.ts';
import {
  type Buffers,
  clearGradients,
  createBuffers,
  createGradients,
  type Gradients,
  type OrbitCamera,
  orbitCameraMatrix,
  render,
  renderBackward,
  type Scene,
} from '../diffrender/index.ts';
import { cameraBackward } from './camera-parameters.ts';
import { hardIoU, silhouetteLoss } from './picture-losses.ts';
import { schedule } from './schedule.ts';
import { softenMask, type Target } from './target.ts';
import { TemplateMesh } from './template-mesh.ts';

/** Draws a template's shapes over targets and says how their outlines differ. Made once for a largest target. */
export class OutlineFit {
  private readonly buffers: Buffers;
  private readonly gradients: Gradients;
  private readonly scene: Scene;
  private readonly maskGradient: Float64Array;
  private readonly softMasks = new WeakMap<Target, { falloff: number; values: Float64Array }>();

  constructor(template: Template, largest: number) {
    const { vertexCount, faceCount } = template;
    this.buffers = createBuffers({ vertexCount, faceCount, pixelCount: largest * largest });
    this.scene = {
      width: 0,
      height: 0,
      camera: new Float64Array(16),
      near: 0.02,
      topology: TemplateMesh.of(template).topology,
      vertices: new Float64Array(3 * vertexCount),
      cullBack: true,
      silhouette: null,
      surface: null,
    };
    this.gradients = createGradients(this.scene);
    this.maskGradient = new Float64Array(largest * largest);
  }

  /** How well the hard outline of vertices [V, 3] agrees with the mask. */
  iou(vertices: Float64Array, camera: OrbitCamera, target: Target): number {
    return hardIoU(this.draw(vertices, camera, target), target);
  }

  /** [size, size] the face drawn at each pixel, -1 where none; valid until the next call. */
  draw(vertices: Float64Array, camera: OrbitCamera, target: Target): Int32Array {
    render(this.sceneAt(vertices, camera, target, null), this.buffers);
    return this.buffers.face;
  }

  /**
   * 1 - soft intersection over union of vertices [V, 3] with the mask, and the hard one of the same picture. Adds the loss's
   * gradient to `vertexGradient` [V, 3] and writes that of the camera [7].
   */
  evaluate(
    vertices: Float64Array,
    camera: OrbitCamera,
    target: Target,
    sigmainv: number,
    vertexGradient: Float64Array,
    cameraGradient: Float64Array,
  ): { silhouette: number; iou: number } {
    const { buffers, gradients, maskGradient } = this;
    const scene = this.sceneAt(vertices, camera, target, { sigmainv, nearest: schedule.nearest });
    render(scene, buffers);
    const soft = this.softMask(target, sigmainv);
    const silhouette = silhouetteLoss(buffers.mask, soft, target, maskGradient);
    clearGradients(gradients);
    renderBackward(scene, buffers, { colour: null, mask: maskGradient }, gradients);
    for (let k = 0; k < vertexGradient.length; k++) vertexGradient[k] += gradients.vertices[k];
    cameraBackward(camera, { x: 0, y: 0, size: target.size }, gradients.camera, cameraGradient);
    return { silhouette, iou: hardIoU(buffers.face, target) };
  }

  private sceneAt(
    vertices: Float64Array,
    camera: OrbitCamera,
    { size }: Target,
    silhouette: Scene['silhouette'],
  ): Scene {
    orbitCameraMatrix(camera, { x: 0, y: 0, size }, this.scene.camera);
    return { ...this.scene, vertices, width: size, height: size, silhouette };
  }

  private softMask(target: Target, sigmainv: number): Float64Array {
    const falloff = sigmainv * (2 / target.size) ** 2;
    const known = this.softMasks.get(target);
    if (known?.falloff === falloff) return known.values;
    const values = known?.values ?? new Float64Array(target.mask.length);
    softenMask(target, falloff, values);
    this.softMasks.set(target, { falloff, values });
    return values;
  }
}
