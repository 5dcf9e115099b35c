import type { Scene } from './types.ts';

/** Gradients of a loss; renderBackward adds to them, so that several views of one mesh can share them. */
export interface Gradients {
  /** [V, 3] */
  vertices: Float64Array;
  /** [4, 4] of the camera matrix; camera.ts takes it on to the camera's parameters */
  camera: Float64Array;
  /** [9, 3] */
  light: Float64Array;
  /** direction [3], radiance [3] */
  lamp: Float64Array;
  /** specular [3], shininess */
  lobe: Float64Array;
  /** like the texture's texels, null where nobody asks */
  texels: Float64Array | null;
  /** [F, 3, 2], null where nobody asks */
  uv: Float64Array | null;
  /** [V, A], null where the scene has none */
  attributes: Float64Array | null;
}

/** Zero gradients for a scene; those of texels and texture coordinates only on request, since they are large. */
export function createGradients(scene: Scene, options: { texels?: boolean; uv?: boolean } = {}): Gradients {
  const { surface, attributes } = scene;
  return {
    vertices: new Float64Array(3 * scene.topology.vertexCount),
    camera: new Float64Array(16),
    light: new Float64Array(27),
    lamp: new Float64Array(6),
    lobe: new Float64Array(4),
    texels: options.texels && surface ? new Float64Array(surface.texture.texels.length) : null,
    uv: options.uv && surface ? new Float64Array(surface.uv.length) : null,
    attributes: attributes ? new Float64Array(attributes.length) : null,
  };
}

export function clearGradients(gradients: Gradients): void {
  for (const values of Object.values(gradients) as (Float64Array | null)[]) values?.fill(0);
}
