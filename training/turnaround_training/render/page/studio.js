// One scene with a car, a sun, an environment and a ground; draws views to raw RGBA pixels, top row first.
import * as THREE from 'three';
import { createBackdrop } from '/page/backdrop.js';
import { createContactShadow, createSunShadow } from '/page/ground.js';

const WIDTH = 1024;
const HEIGHT = 512;

export function createStudio(size, supersample) {
  const renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true, premultipliedAlpha: false });
  renderer.setPixelRatio(1);
  renderer.setSize(size * supersample, size * supersample, false);
  renderer.setClearColor(0x000000, 0);
  renderer.toneMapping = THREE.NoToneMapping;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = THREE.PCFShadowMap;

  const scene = new THREE.Scene();
  const camera = new THREE.PerspectiveCamera(30, 1, 0.02, 60);
  const turning = new THREE.Group();
  const backdrop = createBackdrop();
  const sunShadow = createSunShadow();
  const contact = createContactShadow();
  const sun = createSun();
  turning.add(contact.mesh);
  scene.add(turning, backdrop.mesh, sunShadow.mesh, sun, sun.target);

  const environments = createEnvironments(renderer);
  let current = null;

  return {
    /** Puts a job's car, light and backdrop on the stage. */
    async prepare(car, job) {
      const environment = await environments(job.light.environment);
      if (current) turning.remove(current);
      current = car.group;
      car.shape(job.bend, job.box);
      car.paint(job.look);
      contact.bake(renderer, car.group, job.backdrop.contact);
      turning.add(car.group);
      const turn = THREE.MathUtils.degToRad(job.light.rotationDeg);
      scene.environment = environment.filtered;
      scene.environmentRotation.set(0, turn, 0);
      scene.environmentIntensity = job.light.exposure;
      aimSun(sun, job.light, turn);
      sunShadow.setShare(sun.visible ? job.backdrop.sunShare : 0);
      backdrop.describe(job, environment.map);
    },
    /** Draws one view; the camera stays on the +Z side, the car turns by -azimuth. */
    draw(view) {
      turning.rotation.y = -THREE.MathUtils.degToRad(view.azimuth_deg);
      turning.updateMatrixWorld(true);
      const target = new THREE.Vector3(...view.target).applyMatrix4(turning.matrixWorld);
      const elevation = THREE.MathUtils.degToRad(view.elevation_deg);
      camera.fov = view.fov_deg;
      camera.position.set(0, Math.sin(elevation), Math.cos(elevation)).multiplyScalar(view.distance).add(target);
      camera.lookAt(target);
      camera.updateProjectionMatrix();
      camera.updateMatrixWorld(true);
      backdrop.look(camera);
      renderer.render(scene, camera);
      return readPixels(renderer.getContext(), size, supersample);
    },
  };
}

function createSun() {
  const sun = new THREE.DirectionalLight();
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  sun.shadow.bias = -0.0004;
  sun.shadow.normalBias = 0.006;
  sun.shadow.radius = 2.5;
  const half = 0.72;
  Object.assign(sun.shadow.camera, { left: -half, right: half, top: half, bottom: -half, near: 0.5, far: 12 });
  return sun;
}

function aimSun(sun, light, turn) {
  const strength = Math.max(...light.sunIrradiance);
  sun.visible = strength > 0;
  if (!sun.visible) return;
  sun.color.setRGB(...light.sunIrradiance.map((c) => c / strength), THREE.LinearSRGBColorSpace);
  sun.intensity = strength;
  sun.target.position.set(0, 0.15, 0);
  sun.position
    .set(...light.sunDirection)
    .applyAxisAngle(new THREE.Vector3(0, 1, 0), turn)
    .multiplyScalar(2)
    .add(sun.target.position);
}

/** Loads each environment once: {map, filtered}; the sun has been taken out by the Python side. */
function createEnvironments(renderer) {
  const pmrem = new THREE.PMREMGenerator(renderer);
  const loaded = new Map();
  return async (name) => {
    if (!loaded.has(name)) {
      const response = await fetch(`/environment/${encodeURIComponent(name)}`);
      if (!response.ok) throw new Error(`environment ${name}: HTTP ${response.status}`);
      const data = new Uint16Array(await response.arrayBuffer());
      const map = new THREE.DataTexture(data, WIDTH, HEIGHT, THREE.RGBAFormat, THREE.HalfFloatType);
      map.mapping = THREE.EquirectangularReflectionMapping;
      map.colorSpace = THREE.LinearSRGBColorSpace;
      map.wrapS = THREE.RepeatWrapping;
      map.magFilter = THREE.LinearFilter;
      map.minFilter = THREE.LinearMipmapLinearFilter;
      map.generateMipmaps = true;
      map.needsUpdate = true;
      loaded.set(name, { map, filtered: pmrem.fromEquirectangular(map).texture });
    }
    return loaded.get(name);
  };
}

/** Reads the canvas, averages supersample x supersample blocks and puts the top row first. */
function readPixels(gl, size, supersample) {
  const wide = size * supersample;
  const raw = new Uint8Array(wide * wide * 4);
  gl.readPixels(0, 0, wide, wide, gl.RGBA, gl.UNSIGNED_BYTE, raw);
  const out = new Uint8Array(size * size * 4);
  const area = supersample * supersample;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        for (let i = 0; i < supersample; i++) {
          for (let j = 0; j < supersample; j++) {
            sum += raw[4 * ((wide - 1 - y * supersample - i) * wide + x * supersample + j) + c];
          }
        }
        out[4 * (y * size + x) + c] = (sum + area / 2) / area;
      }
    }
  }
  return out;
}
