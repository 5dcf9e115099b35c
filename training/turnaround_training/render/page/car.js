// A car in L units, ready to be bent and repainted again and again.
import * as THREE from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { makeBend } from '/page/bend.js';
import { dressMaterial, roleOf } from '/page/materials.js';

const STEP = 1e-3;

/** Loads the GLB of a job's car, brings it to L with the centre and length given. */
export async function loadCar({ id, roles, paintMode, centre, length }) {
  const gltf = await new GLTFLoader().loadAsync(`/car/${encodeURIComponent(id)}`);
  gltf.scene.updateMatrixWorld(true);
  const toL = new THREE.Matrix4()
    .makeScale(1 / length, 1 / length, 1 / length)
    .multiply(new THREE.Matrix4().makeTranslation(-centre[0], -centre[1], -centre[2]));
  const group = new THREE.Group();
  const dressed = new Map();
  const parts = [];
  gltf.scene.traverse((node) => {
    if (!node.isMesh) return;
    const role = roleOf(node.material, roles);
    if (role === 'hidden') return;
    if (!dressed.has(node.material)) dressed.set(node.material, dressMaterial(node.material, role, paintMode));
    const part = flatten(node, toL);
    part.mesh = new THREE.Mesh(part.geometry, dressed.get(node.material).material);
    part.mesh.castShadow = role !== 'lens';
    part.mesh.receiveShadow = true;
    part.mesh.frustumCulled = false;
    group.add(part.mesh);
    parts.push(part);
  });
  if (parts.length === 0) throw new Error('the GLB holds no mesh');
  return {
    group,
    shape(parameters, box) {
      const bend = makeBend(parameters, box);
      for (const part of parts) bendPart(part, bend);
    },
    paint(look) {
      for (const { update } of dressed.values()) update(look);
    },
  };
}

/** A white Lambert sphere of radius 0.25 standing on the ground, to check the light label against. */
export function makeProbe() {
  const material = new THREE.MeshPhysicalMaterial({ color: 0xffffff, roughness: 1, metalness: 0, specularIntensity: 0 });
  const group = new THREE.Group();
  const mesh = new THREE.Mesh(new THREE.SphereGeometry(0.25, 96, 64), material);
  mesh.position.y = 0.25;
  group.add(mesh);
  return { group, shape() {}, paint() {} };
}

function flatten(node, toL) {
  const matrix = toL.clone().multiply(node.matrixWorld);
  const geometry = node.geometry.clone();
  if (!geometry.attributes.normal) geometry.computeVertexNormals();
  const count = geometry.attributes.position.count;
  const points = new Float32Array(count * 3);
  const normals = new Float32Array(count * 3);
  const normalMatrix = new THREE.Matrix3().getNormalMatrix(matrix);
  const v = new THREE.Vector3();
  for (let i = 0; i < count; i++) {
    v.fromBufferAttribute(geometry.attributes.position, i).applyMatrix4(matrix).toArray(points, 3 * i);
    v.fromBufferAttribute(geometry.attributes.normal, i).applyMatrix3(normalMatrix).normalize().toArray(normals, 3 * i);
  }
  geometry.setAttribute('position', new THREE.BufferAttribute(new Float32Array(points), 3));
  geometry.setAttribute('normal', new THREE.BufferAttribute(new Float32Array(normals), 3));
  if (geometry.attributes.tangent) geometry.deleteAttribute('tangent');
  if (matrix.determinant() < 0) reverseWinding(geometry);
  return { geometry, points, normals };
}

function reverseWinding(geometry) {
  const index = geometry.index ? [...geometry.index.array] : [...Array(geometry.attributes.position.count).keys()];
  for (let i = 0; i + 2 < index.length; i += 3) [index[i], index[i + 2]] = [index[i + 2], index[i]];
  geometry.setIndex(index);
}

/** Bends positions; normals follow by the cofactors of the Jacobian, taken by forward differences. */
function bendPart({ geometry, points, normals }, bend) {
  const position = geometry.attributes.position;
  const normal = geometry.attributes.normal;
  const [p, a, b, c] = [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]];
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i], points[i + 1], points[i + 2]];
    bend(x, y, z, p);
    bend(x + STEP, y, z, a);
    bend(x, y + STEP, z, b);
    bend(x, y, z + STEP, c);
    for (let k = 0; k < 3; k++) {
      a[k] -= p[k];
      b[k] -= p[k];
      c[k] -= p[k];
      position.array[i + k] = p[k];
    }
    const [nx, ny, nz] = [normals[i], normals[i + 1], normals[i + 2]];
    const mx = nx * (b[1] * c[2] - b[2] * c[1]) + ny * (c[1] * a[2] - c[2] * a[1]) + nz * (a[1] * b[2] - a[2] * b[1]);
    const my = nx * (b[2] * c[0] - b[0] * c[2]) + ny * (c[2] * a[0] - c[0] * a[2]) + nz * (a[2] * b[0] - a[0] * b[2]);
    const mz = nx * (b[0] * c[1] - b[1] * c[0]) + ny * (c[0] * a[1] - c[1] * a[0]) + nz * (a[0] * b[1] - a[1] * b[0]);
    const length = Math.hypot(mx, my, mz) || 1;
    normal.array[i] = mx / length;
    normal.array[i + 1] = my / length;
    normal.array[i + 2] = mz / length;
  }
  position.needsUpdate = true;
  normal.needsUpdate = true;
}
