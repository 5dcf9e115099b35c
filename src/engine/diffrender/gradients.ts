import type { Scene } from './types.ts';

/** Gradients of a loss; renderBackward adds to them, so that several views of one mesh can share them. */
export interface Gradients {
  /** [V, 3] */
  vertices: Float64Array;
  /** [4, 4] of the camera matrix; camera.ts takes it on to the camera's parameters */
  camera: Float64Array;
  /** [9, 3] */
  light: Float64Array;
  /** [height, width, 3] of the texture, null where nobody asks */
  texels: Float64Array | null;
}

/** Zero gradients for a scene; those of the texture only on request, since they are large. */
export function createGradients(scene: Scene, options: { texels?: boolean } = {}): Gradients {
  return {
    vertices: new Float64Array(3 * scene.topology.vertexCount),
    camera: new Float64Array(16),
    light: new Float64Array(27),
    texels: options.texels && scene.surface ? new Float64Array(scene.surface.texture.texels.length) : null,
  };
}

export function clearGradients(gradients: Gradients): void {
  gradients.vertices.fill(0);
  gradients.camera.fill(0);
  gradients.light.fill(0);
  gradients.texels?.fill(0);
}
