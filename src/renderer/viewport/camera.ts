import { Matrix4, type PerspectiveCamera, Vector3 } from 'three';
import { cameraFrame, type Viewpoint } from '../../shared/viewpoint.ts';

/** The largest centred square of a pane, in the pane's pixels: what a viewpoint's field of view spans. */
export function squareOf(width: number, height: number): { x: number; y: number; size: number } {
  const size = Math.min(width, height);
  return { x: (width - size) / 2, y: (height - size) / 2, size };
}

/**
 * OpenGL projection of a viewpoint into a pane of `width` x `height` pixels: the viewpoint's square crop is the pane's
 * largest centred square, the rest of the pane shows what lies beside the crop. Depth range in metres.
 */
export function projectionMatrix(
  v: Viewpoint,
  width: number,
  height: number,
  near: number,
  far: number,
): Matrix4 {
  const { size } = squareOf(width, height);
  const focal = 1 / Math.tan((v.fovDeg * Math.PI) / 360);
  const [sx, sy] = [size / width, size / height];
  return new Matrix4().set(
    focal * sx,
    0,
    -2 * v.offset[0] * sx,
    0,
    0,
    focal * sy,
    2 * v.offset[1] * sy,
    0,
    0,
    0,
    -(far + near) / (far - near),
    (-2 * far * near) / (far - near),
    0,
    0,
    -1,
    0,
  );
}

/** Puts a three.js camera at a viewpoint. Its own fov and aspect are not used: `manual` keeps fiber from restoring them. */
export function applyViewpoint(
  camera: PerspectiveCamera,
  v: Viewpoint,
  width: number,
  height: number,
  sceneRadius: number,
): void {
  const frame = cameraFrame(v);
  const backward = new Vector3(...frame.forward).negate();
  camera.matrixAutoUpdate = false;
  camera.matrix
    .makeBasis(new Vector3(...frame.right), new Vector3(...frame.up), backward)
    .setPosition(...frame.eye);
  camera.matrixWorldNeedsUpdate = true;
  camera.updateMatrixWorld();
  const near = Math.max(v.distance - sceneRadius, v.distance * 0.02);
  camera.projectionMatrix.copy(projectionMatrix(v, width, height, near, v.distance + 4 * sceneRadius));
  camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
}
