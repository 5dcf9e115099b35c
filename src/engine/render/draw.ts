import type { Picture } from '../../shared/studio-api.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';
import {
  type Buffers,
  buildTopology,
  createBuffers,
  encodeSrgb,
  orbitCameraMatrix,
  render,
  type Scene,
  type Surface,
  type Topology,
} from '../diffrender/index.ts';
import { orbitOf, windowOf } from './camera.ts';
import { type CarGeometry, type CarSurface, carVertices } from './car.ts';
import { linearTexture, shrinkFor } from './linear-texture.ts';

export interface DrawOptions {
  /** 'photo': albedo under the car's light; 'albedo': the texture as it is; 'none': white, for masks */
  light: 'photo' | 'albedo' | 'none';
  /** samples per pixel along each axis, 1..8; by default 3, or 2 for cars of more than 2 million pixels */
  supersample?: number;
}

/** Samples that are worked on at a time; bounds the memory of large pictures (about 60 bytes a sample). */
const samplesPerBand = 1 << 18;
/** With more samples than this, colour is taken at pixel centres and only the edges are supersampled. */
const mostShadedSamples = 6e6;
/** How far in pixels an edge pixel may look for its colour. */
const rim = 2;
/** Nearest depth that is drawn, in car lengths. */
const near = 1e-3;

/** The pixels [x0, x1) x [y0, y1) of a picture that a car may touch. */
interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/**
 * Draws a car over transparency through viewpoint and crop, exactly as the photo's camera sees it: `width` x `height` are
 * the photo's, or those of any picture whose pixels `crop` is given in. Colours are not premultiplied; alpha is the share
 * of the pixel's samples that the car covers. Only the car's box is worked on, in bands.
 */
export function drawCar(
  car: CarGeometry & CarSurface,
  viewpoint: Viewpoint,
  crop: Crop,
  width: number,
  height: number,
  options: DrawOptions,
): Picture {
  const rgba = new Uint8Array(4 * width * height);
  const vertices = carVertices(car.template, car.offsets);
  const topology = buildTopology(car.template.faces, car.template.vertexCount);
  const camera = orbitOf(viewpoint, car.lengthMetres);
  const box = boxOf(vertices, orbitCameraMatrix(camera, crop), width, height);
  if (box.x0 >= box.x1 || box.y0 >= box.y1) return { width, height, rgba };

  const area = (box.x1 - box.x0) * (box.y1 - box.y0);
  const samples = options.supersample ?? (area > 2e6 ? 2 : 3);
  const shadedSamples = area * samples * samples > mostShadedSamples ? 1 : samples;
  const surface = surfaceOf(car, options.light, crop.size * shadedSamples);
  const bandRows = Math.max(1, Math.floor(samplesPerBand / ((box.x1 - box.x0) * samples * samples)));
  const pixels = (part: Box) => (part.x1 - part.x0) * Math.min(bandRows + 2 * rim, part.y1 - part.y0);
  const sizes = { vertexCount: topology.vertexCount, faceCount: topology.faces.length / 3 };
  const buffers = createBuffers({ ...sizes, pixelCount: pixels(box) * samples * samples });
  const centres =
    surface && shadedSamples !== samples
      ? createBuffers({ ...sizes, pixelCount: pixels(widened(box)) })
      : null;

  for (let y = box.y0; y < box.y1; y += bandRows) {
    const band = { ...box, y0: y, y1: Math.min(box.y1, y + bandRows) };
    const scene = (part: Box, scale: number, look: Surface | null): Scene =>
      sceneOf(
        vertices,
        topology,
        orbitCameraMatrix(camera, windowOf(crop, part.x0, part.y0, scale)),
        part,
        scale,
        look,
      );
    render(scene(band, samples, centres ? null : surface), buffers);
    if (centres) render(scene(widened(band), 1, surface), centres);
    writeBand(rgba, width, band, samples, buffers, surface ? (centres ?? buffers) : null);
  }
  return { width, height, rgba };
}

/** With the rim in which an edge pixel may look for its colour. */
function widened(box: Box): Box {
  return { x0: box.x0 - rim, y0: box.y0 - rim, x1: box.x1 + rim, y1: box.y1 + rim };
}

function sceneOf(
  vertices: Float64Array,
  topology: Topology,
  camera: Float64Array,
  band: Box,
  scale: number,
  surface: Surface | null,
): Scene {
  return {
    width: (band.x1 - band.x0) * scale,
    height: (band.y1 - band.y0) * scale,
    camera,
    near,
    topology,
    vertices,
    cullBack: true,
    silhouette: null,
    surface,
  };
}

/** Box of the car in the picture, or the whole picture when a part of it is behind the eye. */
function boxOf(vertices: Float64Array, m: Float64Array, width: number, height: number): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let v = 0; v < vertices.length; v += 3) {
    const [x, y, z] = [vertices[v], vertices[v + 1], vertices[v + 2]];
    const w = m[8] * x + m[9] * y + m[10] * z + m[11];
    if (!(w >= near)) return { x0: 0, y0: 0, x1: width, y1: height };
    const px = (m[0] * x + m[1] * y + m[2] * z + m[3]) / w;
    const py = (m[4] * x + m[5] * y + m[6] * z + m[7]) / w;
    x0 = Math.min(x0, px);
    y0 = Math.min(y0, py);
    x1 = Math.max(x1, px);
    y1 = Math.max(y1, py);
  }
  return {
    x0: Math.max(0, Math.floor(x0)),
    y0: Math.max(0, Math.floor(y0)),
    x1: Math.min(width, Math.ceil(x1)),
    y1: Math.min(height, Math.ceil(y1)),
  };
}

/** The atlas holds both sides of the car, so about twice as many texels as samples along the car are of use. */
function surfaceOf(
  car: CarGeometry & CarSurface,
  light: DrawOptions['light'],
  cropSamples: number,
): Surface | null {
  if (light === 'none') return null;
  return {
    uv: car.template.uv,
    texture: linearTexture(car.texture, shrinkFor(car.texture.size, 2 * cropSamples)),
    light: light === 'photo' ? Float64Array.from(car.light) : null,
    transfer: 'linear',
  };
}

/**
 * Averages the samples of each pixel in linear light. `coverage` has samples x samples to a pixel; `shaded` is the
 * same, or has one at each pixel's centre with a rim around, or is null for white. A sliver that no centre around it sees is
 * left out.
 */
function writeBand(
  rgba: Uint8Array,
  width: number,
  band: Box,
  samples: number,
  coverage: Buffers,
  shaded: Buffers | null,
): void {
  const columns = band.x1 - band.x0;
  const rows = band.y1 - band.y0;
  const all = shaded === coverage;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let [count, red, green, blue] = [0, 0, 0, 0];
      for (let sy = y * samples; sy < (y + 1) * samples; sy++) {
        for (let sx = x * samples; sx < (x + 1) * samples; sx++) {
          const p = sy * columns * samples + sx;
          if (coverage.face[p] < 0) continue;
          count++;
          if (!all) continue;
          red += coverage.colour[3 * p];
          green += coverage.colour[3 * p + 1];
          blue += coverage.colour[3 * p + 2];
        }
      }
      if (count === 0) continue;
      let share = 1 / count;
      if (shaded && !all) {
        const p = nearestCovered(shaded.face, columns + 2 * rim, rows + 2 * rim, x + rim, y + rim);
        if (p < 0) continue;
        red = shaded.colour[3 * p];
        green = shaded.colour[3 * p + 1];
        blue = shaded.colour[3 * p + 2];
        share = 1;
      }
      const out = 4 * ((band.y0 + y) * width + band.x0 + x);
      rgba[out] = shaded ? Math.round(255 * encodeSrgb(red * share)) : 255;
      rgba[out + 1] = shaded ? Math.round(255 * encodeSrgb(green * share)) : 255;
      rgba[out + 2] = shaded ? Math.round(255 * encodeSrgb(blue * share)) : 255;
      rgba[out + 3] = Math.round((255 * count) / (samples * samples));
    }
  }
}

/** The pixel (x, y), or the first one around it, within the rim, whose centre the car covers; -1 where there is none. */
function nearestCovered(face: Int32Array, columns: number, rows: number, x: number, y: number): number {
  if (face[y * columns + x] >= 0) return y * columns + x;
  for (let reach = 1; reach <= rim; reach++) {
    for (let ny = Math.max(0, y - reach); ny <= Math.min(rows - 1, y + reach); ny++) {
      for (let nx = Math.max(0, x - reach); nx <= Math.min(columns - 1, x + reach); nx++) {
        if (face[ny * columns + nx] >= 0) return ny * columns + nx;
      }
    }
  }
  return -1;
}
