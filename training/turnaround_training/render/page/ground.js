// Shadows on the ground: the sun's (shadow map) and the soft contact shadow below the car. Neither writes alpha.
import * as THREE from 'three';

const COLUMNS = 72;
const ROWS = 120;
const HALF_WIDTH = 0.48;
const HALF_LENGTH = 0.8;

const KEEP_ALPHA = {
  transparent: true,
  depthWrite: false,
  blending: THREE.CustomBlending,
  blendSrcAlpha: THREE.ZeroFactor,
  blendDstAlpha: THREE.OneFactor,
};

/** The plane that takes the sun's shadow: {mesh, setShare(share)}; share = the sun's part of the ground's light. */
export function createSunShadow() {
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(16, 16), new THREE.ShadowMaterial(KEEP_ALPHA));
  mesh.rotation.x = -Math.PI / 2;
  mesh.receiveShadow = true;
  mesh.renderOrder = -5;
  return {
    mesh,
    setShare(share) {
      mesh.visible = share > 0.01;
      mesh.material.opacity = 1 - (1 - share) ** (1 / 2.2);
    },
  };
}

/** The contact shadow, a plane to be put beside the car in its group: {mesh, bake(renderer, group, strength)}. */
export function createContactShadow() {
  const data = new Uint8Array(COLUMNS * ROWS * 4);
  const texture = new THREE.DataTexture(data, COLUMNS, ROWS);
  texture.minFilter = texture.magFilter = THREE.LinearFilter;
  const material = new THREE.MeshBasicMaterial({ ...KEEP_ALPHA, color: 0x000000, map: texture });
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(2 * HALF_WIDTH, 2 * HALF_LENGTH), material);
  mesh.rotation.x = -Math.PI / 2;
  mesh.renderOrder = -4;
  const target = new THREE.WebGLRenderTarget(COLUMNS, ROWS);
  const heights = new THREE.ShaderMaterial({
    side: THREE.DoubleSide,
    vertexShader: 'varying float h; void main() { h = position.y; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }',
    fragmentShader: 'varying float h; void main() { gl_FragColor = vec4(exp(-45.0 * h), exp(-7.0 * h), 0.0, 1.0); }',
  });
  const below = new THREE.OrthographicCamera(-HALF_WIDTH, HALF_WIDTH, HALF_LENGTH, -HALF_LENGTH, 0, 2);
  below.up.set(0, 0, -1);
  below.position.set(0, -0.5, 0);
  below.lookAt(0, 1, 0);
  const pixels = new Uint8Array(COLUMNS * ROWS * 4);
  return {
    mesh,
    bake(renderer, group, strength) {
      const scene = new THREE.Scene();
      const parent = group.parent;
      scene.add(group);
      scene.overrideMaterial = heights;
      mesh.visible = false;
      renderer.setRenderTarget(target);
      renderer.render(scene, below);
      renderer.readRenderTargetPixels(target, 0, 0, COLUMNS, ROWS, pixels);
      renderer.setRenderTarget(null);
      mesh.visible = true;
      parent?.add(group);
      const near = blur(channel(pixels, 0), 1);
      const wide = blur(channel(pixels, 1), 7);
      for (let row = 0; row < ROWS; row++) {
        for (let column = 0; column < COLUMNS; column++) {
          const from = row * COLUMNS + (COLUMNS - 1 - column);
          const light = (1 - Math.min(1, 1.15 * wide[from])) * (1 - 0.9 * near[from]);
          data[4 * (row * COLUMNS + column) + 3] = 255 * strength * (1 - light ** (1 / 2.2));
        }
      }
      texture.needsUpdate = true;
    },
  };
}

function channel(pixels, offset) {
  return Float32Array.from({ length: COLUMNS * ROWS }, (_, i) => pixels[4 * i + offset] / 255);
}

/** Three box blurs of the given radius (pixels), about a Gaussian. */
function blur(values, radius) {
  let current = values;
  for (let pass = 0; pass < 3; pass++) {
    current = blurLine(blurLine(current, radius, COLUMNS, 1, ROWS), radius, ROWS, COLUMNS, COLUMNS);
  }
  return current;
}

function blurLine(values, radius, length, step, lines) {
  const out = new Float32Array(values.length);
  const lineStep = step === 1 ? COLUMNS : 1;
  for (let line = 0; line < lines; line++) {
    const at = (i) => (i < 0 || i >= length ? 0 : values[line * lineStep + i * step]);
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      out[line * lineStep + i * step] = sum / (2 * radius + 1);
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
  return out;
}
