import type { Buffers } from './buffers.ts';
import type { Gradients } from './gradients.ts';
import type { Lamp, Lobe, Scene } from './types.ts';

/** Adds a lamp's share of the shading of a run: radiance x max(0, n . l). */
export function lampShading(buffers: Buffers, count: number, lamp: Lamp): void {
  const { n, shading } = buffers.fragments;
  const [nx, ny, nz] = n;
  const [lx, ly, lz] = unit(lamp.direction);
  for (let i = 0; i < count; i++) {
    const cosine = nx[i] * lx + ny[i] * ly + nz[i] * lz;
    if (!(cosine > 0)) continue;
    for (let k = 0; k < 3; k++) shading[k][i] += lamp.radiance[k] * cosine;
  }
}

/** Fills the highlights of a run; `eye` as of eyeOf. */
export function lobeShading(
  scene: Scene,
  buffers: Buffers,
  count: number,
  lamp: Lamp,
  lobe: Lobe,
  eye: Float64Array,
): void {
  const { highlight } = buffers.fragments;
  const light = unit(lamp.direction);
  const at = createHalfway();
  for (let i = 0; i < count; i++) {
    halfwayAt(scene, buffers, i, light, eye, at);
    for (let k = 0; k < 3; k++) highlight[k][i] = lobe.specular[k] * lamp.radiance[k] * at.strength(lobe);
  }
}

/** Adds the gradient of a lamp's (and its lobe's) share of a run's colour to everything that it came from. */
export function lampBackward(
  scene: Scene,
  buffers: Buffers,
  count: number,
  lamp: Lamp,
  lobe: Lobe | null,
  eye: Float64Array,
  eyeGradient: Float64Array,
  gradients: Gradients,
): void {
  const { faces } = scene.topology;
  const { vertices } = scene;
  const { face, b, n, dN, dB, dColour, albedo } = buffers.fragments;
  const light = unit(lamp.direction);
  const dLight = [0, 0, 0];
  const at = createHalfway();
  for (let i = 0; i < count; i++) {
    const cosine = n[0][i] * light[0] + n[1][i] * light[1] + n[2][i] * light[2];
    const silent = dColour[0][i] === 0 && dColour[1][i] === 0 && dColour[2][i] === 0;
    if (!(cosine > 0) || silent) continue;
    let dCosine = 0;
    for (let k = 0; k < 3; k++) {
      const g = dColour[k][i] * albedo[k][i];
      dCosine += g * lamp.radiance[k];
      gradients.lamp[3 + k] += g * cosine;
    }
    if (lobe) {
      halfwayAt(scene, buffers, i, light, eye, at);
      const strength = at.strength(lobe);
      let dStrength = 0;
      for (let k = 0; k < 3; k++) {
        const g = dColour[k][i];
        dStrength += g * lobe.specular[k] * lamp.radiance[k];
        gradients.lamp[3 + k] += g * lobe.specular[k] * strength;
        gradients.lobe[k] += g * lamp.radiance[k] * strength;
      }
      if (strength > 0) {
        dCosine += (dStrength * strength) / cosine;
        gradients.lobe[3] += dStrength * strength * (Math.log(at.cosine) + 1 / (lobe.shininess + 8));
        const dHalf = (dStrength * strength * lobe.shininess) / at.cosine;
        const { half, view } = at;
        // half = (light + view) / |.|, view = (eye - point) / |.|
        const along = at.cosine;
        const dSum = [0, 1, 2].map((k) => (dHalf * (n[k][i] - along * half[k])) / at.sumLength);
        const viewAlong = dSum[0] * view[0] + dSum[1] * view[1] + dSum[2] * view[2];
        for (let k = 0; k < 3; k++) {
          dN[k][i] += dHalf * half[k];
          dLight[k] += dSum[k];
          const dEye = eye[3] === 0 ? dSum[k] : (dSum[k] - viewAlong * view[k]) / at.distance;
          eyeGradient[k] += dEye;
          if (eye[3] === 0) continue;
          for (let corner = 0; corner < 3; corner++) {
            const v = 3 * faces[3 * face[i] + corner] + k;
            gradients.vertices[v] -= b[corner][i] * dEye;
            dB[corner][i] -= vertices[v] * dEye;
          }
        }
      }
    }
    for (let k = 0; k < 3; k++) {
      dN[k][i] += dCosine * light[k];
      dLight[k] += dCosine * n[k][i];
    }
  }
  const length = Math.hypot(lamp.direction[0], lamp.direction[1], lamp.direction[2]);
  const along = dLight[0] * light[0] + dLight[1] * light[1] + dLight[2] * light[2];
  for (let k = 0; k < 3; k++) gradients.lamp[k] += (dLight[k] - along * light[k]) / length;
}

function unit(direction: ArrayLike<number>): [number, number, number] {
  const length = Math.hypot(direction[0], direction[1], direction[2]);
  return [direction[0] / length, direction[1] / length, direction[2] / length];
}

/** The direction half-way between lamp and eye at one fragment. */
interface Halfway {
  view: [number, number, number];
  half: [number, number, number];
  /** from the eye, and the length of light + view */
  distance: number;
  sumLength: number;
  /** n . half and n . light */
  cosine: number;
  lightCosine: number;
  /** (m + 8) / 8 (n . half)^m (n . light), 0 where either is turned away */
  strength(lobe: Lobe): number;
}

function createHalfway(): Halfway {
  return {
    view: [0, 0, 0],
    half: [0, 0, 0],
    distance: 1,
    sumLength: 1,
    cosine: 0,
    lightCosine: 0,
    strength({ shininess }) {
      if (!(this.cosine > 0 && this.lightCosine > 0)) return 0;
      return ((shininess + 8) / 8) * this.cosine ** shininess * this.lightCosine;
    },
  };
}

function halfwayAt(
  scene: Scene,
  buffers: Buffers,
  i: number,
  light: readonly number[],
  eye: Float64Array,
  out: Halfway,
): void {
  const { faces } = scene.topology;
  const { vertices } = scene;
  const { face, b, n } = buffers.fragments;
  const { view, half } = out;
  const f = 3 * face[i];
  for (let k = 0; k < 3; k++) {
    const point =
      b[0][i] * vertices[3 * faces[f] + k] +
      b[1][i] * vertices[3 * faces[f + 1] + k] +
      b[2][i] * vertices[3 * faces[f + 2] + k];
    view[k] = eye[3] === 0 ? eye[k] : eye[k] - point;
  }
  out.distance = Math.hypot(view[0], view[1], view[2]);
  for (let k = 0; k < 3; k++) {
    view[k] /= out.distance;
    half[k] = light[k] + view[k];
  }
  out.sumLength = Math.hypot(half[0], half[1], half[2]);
  for (let k = 0; k < 3; k++) half[k] /= out.sumLength;
  out.cosine = n[0][i] * half[0] + n[1][i] * half[1] + n[2][i] * half[2];
  out.lightCosine = n[0][i] * light[0] + n[1][i] * light[1] + n[2][i] * light[2];
}
