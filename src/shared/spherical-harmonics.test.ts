import { expect, it } from 'vitest';
import { ambientLight, evaluateBasis, shCount } from './spherical-harmonics.ts';

it('is orthonormal over the sphere', () => {
  const gram = new Float64Array(shCount * shCount);
  const y = new Float64Array(shCount);
  const steps = 200;
  for (let i = 0; i < steps; i++) {
    const cosine = -1 + (2 * (i + 0.5)) / steps;
    const sine = Math.sqrt(1 - cosine * cosine);
    for (let j = 0; j < steps; j++) {
      const phi = (2 * Math.PI * (j + 0.5)) / steps;
      evaluateBasis(sine * Math.cos(phi), cosine, sine * Math.sin(phi), y);
      const weight = (4 * Math.PI) / (steps * steps);
      for (let a = 0; a < shCount; a++) {
        for (let b = 0; b < shCount; b++) gram[a * shCount + b] += y[a] * y[b] * weight;
      }
    }
  }
  for (let a = 0; a < shCount; a++) {
    for (let b = 0; b < shCount; b++) expect(gram[a * shCount + b]).toBeCloseTo(a === b ? 1 : 0, 3);
  }
});

it('shades every normal by 1 under ambient light', () => {
  const y = new Float64Array(shCount);
  evaluateBasis(0.6, 0, 0.8, y);
  const light = ambientLight();
  let red = 0;
  for (let k = 0; k < shCount; k++) red += light[k * 3] * y[k];
  expect(red).toBeCloseTo(1, 6);
});
