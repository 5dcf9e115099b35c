/**
 * A differentiable renderer of textured, lit triangle meshes: meshes in, pictures out, gradients back. README.md says what is
 * computed, docs/fit-a-mesh.md how to use it.
 *
 * ```ts
 * const scene = { width, height, camera: orbitCameraMatrix(camera, window), near: 0.01, topology: buildTopology(faces, V),
 *   vertices, cullBack: true, silhouette: { sigmainv: 7000, nearest: 1 }, surface };
 * const buffers = createBuffers({ vertexCount: V, faceCount: F, pixelCount: width * height });
 * const gradients = createGradients(scene);
 * render(scene, buffers);                                   // buffers.colour, .mask, .depth, .face
 * renderBackward(scene, buffers, { colour: dColour, mask: dMask }, gradients);
 * const dCamera = orbitCameraBackward(camera, window, gradients.camera);
 * ```
 */
export { type BufferSizes, type Buffers, createBuffers, sharedNumbers } from './buffers.ts';
export {
  type OrbitCamera,
  orbitCameraBackward,
  orbitCameraMatrix,
  orbitParameters,
  type Window,
} from './camera.ts';
export { clearGradients, createGradients, type Gradients } from './gradients.ts';
export { type JoinedMeshes, joinMeshes, type Mesh, type Part } from './meshes.ts';
export { mipmapped } from './mipmap.ts';
export {
  type OrthographicCamera,
  orthographicBackward,
  orthographicMatrix,
  orthographicParameters,
} from './orthographic.ts';
export { openParallelRenderer, type ParallelRenderer } from './parallel.ts';
export { type PictureGradient, render, renderBackward } from './render.ts';
export {
  fastestOf,
  gradientsOfViews,
  plainRenderer,
  type Renderer,
  renderBatch,
  renderBatchBackward,
  viewsOf,
} from './renderer.ts';
export { silhouetteMargin } from './silhouette.ts';
export { buildTopology } from './topology.ts';
export { encodeSrgb, encodeSrgbSlope, srgbBytesToLinear } from './transfer.ts';
export type {
  CameraMatrix,
  Lamp,
  Lobe,
  Real,
  Scene,
  SoftSilhouette,
  Surface,
  Texture,
  TextureSet,
  Topology,
} from './types.ts';
