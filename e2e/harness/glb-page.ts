import {
  type Material,
  Mesh,
  MeshBasicMaterial,
  type MeshStandardMaterial,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import type { Viewpoint } from '../../src/shared/viewpoint.ts';

/**
 * A page that knows nothing of the studio: loads a GLB as any program would and draws its albedo, unlit, over
 * transparency. The camera is built of three's own parts, so that it also checks the studio's.
 */
declare global {
  interface Window {
    drawGlb: (address: string, viewpoint: Viewpoint, width: number, height: number) => Promise<void>;
  }
}

function cameraAt(v: Viewpoint, width: number, height: number): PerspectiveCamera {
  const side = Math.min(width, height);
  const fov = (2 * Math.atan((Math.tan((v.fovDeg * Math.PI) / 360) * height) / side) * 180) / Math.PI;
  const camera = new PerspectiveCamera(fov, width / height, v.distance * 0.1, v.distance * 3);
  const target = new Vector3(...v.target);
  camera.position.setFromSphericalCoords(
    v.distance,
    ((90 - v.elevationDeg) * Math.PI) / 180,
    (v.azimuthDeg * Math.PI) / 180,
  );
  camera.position.add(target);
  camera.lookAt(target);
  camera.rotateZ((-v.rollDeg * Math.PI) / 180);
  camera.setViewOffset(width, height, -v.offset[0] * side, -v.offset[1] * side, width, height);
  return camera;
}

const unlit = (material: Material) => {
  const { map } = material as MeshStandardMaterial;
  if (!map) throw new Error('drawGlb: the material has no texture');
  return new MeshBasicMaterial({ map });
};

window.drawGlb = async (address, viewpoint, width, height) => {
  const { scene: car } = await new GLTFLoader().loadAsync(address);
  car.traverse((node) => {
    if (node instanceof Mesh) node.material = unlit(node.material);
  });
  const renderer = new WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
  renderer.setSize(width, height);
  document.body.style.margin = '0';
  document.body.append(renderer.domElement);
  const scene = new Scene();
  scene.add(car);
  renderer.render(scene, cameraAt(viewpoint, width, height));
};
