import { sharedNumbers } from './buffers.ts';
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

/**
 * Zero gradients for a scene; those of texels and texture coordinates only on request, since they are large. `shared` puts them
 * into memory that threads share.
 */
export function createGradients(
  scene: Scene,
  options: { texels?: boolean; uv?: boolean; shared?: boolean } = {},
): Gradients {
  const { surface, attributes } = scene;
  const zeros = (length: number) => (options.shared ? sharedNumbers(length) : new Float64Array(length));
  return {
    vertices: zeros(3 * scene.topology.vertexCount),
    camera: zeros(16),
    light: zeros(27),
    lamp: zeros(6),
    lobe: zeros(4),
    texels: options.texels && surface ? zeros(surface.texture.texels.length) : null,
    uv: options.uv && surface ? zeros(surface.uv.length) : null,
    attributes: attributes ? zeros(attributes.length) : null,
  };
}

export function clearGradients(gradients: Gradients): void {
  for (const values of Object.values(gradients) as (Float64Array | null)[]) values?.fill(0);
}
