import { exportGlb } from '../../src/engine/export/glb.ts';
import { boxCentre } from '../../src/engine/render/camera.ts';
import type { CarGeometry, CarSurface } from '../../src/engine/render/car.ts';
import { drawCar } from '../../src/engine/render/draw.ts';
import { evaluateBasis, shCount } from '../../src/shared/spherical-harmonics.ts';
import type { Picture } from '../../src/shared/studio-api.ts';
import { canonicalViewpoint, type Viewpoint } from '../../src/shared/viewpoint.ts';
import { type Agreement, comparePictures } from './compare-pictures.ts';
import { drawInBlender, type Look, looks, radianceOf } from './draw-in-blender.ts';

export interface Compared {
  look: Look;
  agreement: Agreement;
  blender: Picture;
  preview: Picture;
}

/**
 * A car's GLB in Blender against our own picture of the car, same camera, same light: 'albedo' without light, 'diffuse'
 * under the light alone, 'imported' as whoever opens the GLB sees it, beside the preview that knows no shadows.
 */
export async function compareWithPreview(
  car: CarGeometry & CarSurface,
  viewpoint: Viewpoint,
  options: { size: number; samples: number },
): Promise<Compared[]> {
  const { size } = options;
  const light = possibleLight(car.light);
  const glb = await exportGlb({ ...car, light, mode: 'albedo' });
  const drawn = await drawInBlender(glb, viewpoint, light, options);
  const preview = (mode: 'albedo' | 'photo') =>
    drawCar({ ...car, light }, viewpoint, { x: 0, y: 0, size }, size, size, { light: mode, supersample: 6 });
  const [albedo, lit] = [preview('albedo'), preview('photo')];
  return looks.map((look) => {
    const own = look === 'albedo' ? albedo : lit;
    return { look, blender: drawn[look], preview: own, agreement: comparePictures(drawn[look], own) };
  });
}

/** A view that tests all of the camera: from the left front and above, rolled, off centre. */
export function tryingViewpoint({ lengthMetres, template }: CarGeometry): Viewpoint {
  const [x, y, z] = boxCentre(template.vertices).map((value) => value * lengthMetres);
  const framed = canonicalViewpoint(130, 18, lengthMetres, [x, y, z]);
  return { ...framed, rollDeg: 6, offset: [0.04, -0.03] };
}

/**
 * The light with its changes over the sphere weakened until no direction has negative radiance: a photo's fitted light may
 * ask for that, a picture of a sky can't hold it.
 */
export function possibleLight(light: ArrayLike<number>): Float32Array {
  const radiance = radianceOf(light);
  const basis = new Float64Array(shCount);
  const lowest = [0, 0, 0];
  const steps = 4000;
  for (let i = 0; i < steps; i++) {
    const y = 1 - (2 * (i + 0.5)) / steps;
    const turn = i * Math.PI * (3 - Math.sqrt(5));
    const r = Math.sqrt(1 - y * y);
    evaluateBasis(r * Math.cos(turn), y, r * Math.sin(turn), basis);
    for (let c = 0; c < 3; c++) {
      let change = 0;
      for (let k = 1; k < shCount; k++) change += (radiance[k]?.[c] ?? 0) * (basis[k] ?? 0);
      lowest[c] = Math.min(lowest[c] ?? 0, change);
    }
  }
  const kept = lowest.map((low, c) =>
    Math.min(1, ((radiance[0]?.[c] ?? 0) * 0.282095) / Math.max(1e-9, -low)),
  );
  const share = Math.min(...kept);
  return Float32Array.from(light, (value, i) => (i < 3 ? value : value * share));
}
