import { evaluateBasis } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import { type Crop, cameraFrame, type Viewpoint } from '../../shared/viewpoint.ts';
import { buildTopology, createBuffers, orbitCameraMatrix, render } from '../diffrender/index.ts';
import { vertexNormals } from '../diffrender/normals.ts';
import type { DecodedPhoto } from '../photo/photo.ts';
import { resample, shrinkBlocks } from '../photo/resample.ts';
import { orbitOf } from '../render/camera.ts';
import { carVertices } from '../render/car.ts';
import type { AtlasLayout } from './atlas.ts';
import { decodeSteps, decodeTable, encodeLast, encodeTable } from './colour-tables.ts';

/** A car before the camera of its photo. */
export interface PhotoCar {
  template: Template;
  /** [V, 3] offsets from the template's mean, car lengths */
  offsets: Float32Array;
  lengthMetres: number;
  viewpoint: Viewpoint;
  crop: Crop;
  /** [9, 3] */
  light: ArrayLike<number>;
  photo: Pick<DecodedPhoto, 'width' | 'height' | 'rgb'>;
  /** [height, width] of the photo, 0..255 */
  mask: Uint8Array;
}

export interface BakedPhoto {
  /** [size, size, 3] sRGB albedo where `visibility` > 0, else 0 */
  rgb: Uint8Array;
  /** [size, size] 0..1: 0 hidden, turned away or outside the mask; 1 seen from 72 degrees off the normal and less */
  visibility: Float32Array;
}

/** Shading by which a photo's colours are divided stays in this range. */
const [darkest, brightest] = [0.15, 4];

/** What a photo's linear colour is divided by to give the albedo, under this shading. */
export function boundedShading(shading: number): number {
  return Math.min(brightest, Math.max(darkest, shading));
}

/** Cosine between normal and direction to the eye from which on a texel counts at all, and from which on fully. */
const [grazing, frontal] = [0.06, 0.3];

/** Side of the depth picture of the crop. */
const depthSide = 384;

/** How far (car lengths) behind the nearest surface a texel still belongs to it, apart from its slope. */
const depthSlack = 0.006;

/** Side of the mask picture. Its border counts less where a pixel of it is only partly the car's. */
const maskSide = 256;

const near = 1e-3;

/**
 * Takes the photo's pixels into the atlas: every covered texel is projected into the photo; where it is visible and inside
 * the mask, its linear colour is divided by the light's shading of its normal.
 */
export function bakePhoto(car: PhotoCar, layout: AtlasLayout): BakedPhoto {
  const { size, texels, faces, weights } = layout;
  const corners = car.template.faces;
  const vertices = carVertices(car.template, car.offsets);
  const normals = new Float64Array(vertices.length);
  vertexNormals(vertices, corners, normals, new Float64Array(vertices.length / 3));
  const shading = vertexShading(normals, car.light);

  const camera = orbitOf(car.viewpoint, car.lengthMetres);
  const unit = orbitCameraMatrix(camera, { x: 0, y: 0, size: 1 });
  const eye = cameraFrame(car.viewpoint).eye.map((metres) => metres / car.lengthMetres);
  const depth = depthPicture(car, vertices);
  const border = maskPicture(car);
  const source = sourcePicture(car, size);
  const rgbAt = source.rgb;
  const pixelAt1 = (2 * Math.tan(camera.fov / 2)) / depthSide;

  const averted = avertedFaces(vertices, normals, corners, eye);

  const rgb = new Uint8Array(3 * size * size);
  const visibility = new Float32Array(size * size);
  for (let k = 0; k < texels.length; k++) {
    if (averted[faces[k]]) continue;
    const wb = weights[2 * k];
    const wc = weights[2 * k + 1];
    const wa = 1 - wb - wc;
    const face = 3 * faces[k];
    const a = 3 * corners[face];
    const b = 3 * corners[face + 1];
    const c = 3 * corners[face + 2];
    const x = wa * vertices[a] + wb * vertices[b] + wc * vertices[c];
    const y = wa * vertices[a + 1] + wb * vertices[b + 1] + wc * vertices[c + 1];
    const z = wa * vertices[a + 2] + wb * vertices[b + 2] + wc * vertices[c + 2];
    const nx = wa * normals[a] + wb * normals[b] + wc * normals[c];
    const ny = wa * normals[a + 1] + wb * normals[b + 1] + wc * normals[c + 1];
    const nz = wa * normals[a + 2] + wb * normals[b + 2] + wc * normals[c + 2];
    const ex = eye[0] - x;
    const ey = eye[1] - y;
    const ez = eye[2] - z;
    const cosine =
      (nx * ex + ny * ey + nz * ez) /
      Math.sqrt((nx * nx + ny * ny + nz * nz) * (ex * ex + ey * ey + ez * ez));
    if (!(cosine > grazing)) continue;

    const w = unit[8] * x + unit[9] * y + unit[10] * z + unit[11];
    if (w < near) continue;
    const u = (unit[0] * x + unit[1] * y + unit[2] * z + unit[3]) / w;
    const v = (unit[4] * x + unit[5] * y + unit[6] * z + unit[7]) / w;
    if (u < 0 || v < 0 || u >= 1 || v >= 1) continue;
    const nearest = depth[Math.floor(v * depthSide) * depthSide + Math.floor(u * depthSide)];
    const slope = Math.min(6, Math.sqrt(1 - cosine * cosine) / cosine);
    if (w > nearest + depthSlack + slope * pixelAt1 * w) continue;
    const inside = readMask(border, u * maskSide - 0.5, v * maskSide - 0.5);
    if (inside === 0) continue;

    const px = source.x + u * source.across - 0.5;
    const py = source.y + v * source.across - 0.5;
    if (px < -0.5 || py < -0.5 || px > source.width - 0.5 || py > source.height - 0.5) continue;
    const texel = texels[k];
    visibility[texel] = inside * Math.min(1, (cosine - grazing) / (frontal - grazing));
    const column = Math.min(source.width - 2, Math.max(0, Math.floor(px)));
    const row = Math.min(source.height - 2, Math.max(0, Math.floor(py)));
    const fx = Math.min(1, Math.max(0, px - column));
    const fy = Math.min(1, Math.max(0, py - row));
    const top = 3 * (row * source.width + column);
    const bottom = top + 3 * source.width;
    for (let channel = 0; channel < 3; channel++) {
      const upper = rgbAt[top + channel] + (rgbAt[top + 3 + channel] - rgbAt[top + channel]) * fx;
      const lower = rgbAt[bottom + channel] + (rgbAt[bottom + 3 + channel] - rgbAt[bottom + channel]) * fx;
      const level = upper + (lower - upper) * fy;
      const shade = wa * shading[a + channel] + wb * shading[b + channel] + wc * shading[c + channel];
      const albedo = decodeTable[(level * decodeSteps + 0.5) | 0] / boundedShading(shade);
      rgb[3 * texel + channel] = encodeTable[Math.min(encodeLast, (albedo * encodeLast + 0.5) | 0)];
    }
  }
  return { rgb, visibility };
}

/** [F] 1 for faces whose three corners all turn away from the eye. */
function avertedFaces(
  vertices: Float64Array,
  normals: Float64Array,
  corners: Uint32Array,
  eye: readonly number[],
): Uint8Array {
  const away = new Uint8Array(vertices.length / 3);
  for (let v = 0, at = 0; v < away.length; v++, at += 3) {
    const towards =
      normals[at] * (eye[0] - vertices[at]) +
      normals[at + 1] * (eye[1] - vertices[at + 1]) +
      normals[at + 2] * (eye[2] - vertices[at + 2]);
    away[v] = towards <= 0 ? 1 : 0;
  }
  return new Uint8Array(corners.length / 3).map(
    (_, f) => away[corners[3 * f]] & away[corners[3 * f + 1]] & away[corners[3 * f + 2]],
  );
}

/** Light on each vertex [V, 3]: interpolating it over a face differs little from evaluating it per texel. */
function vertexShading(normals: Float64Array, light: ArrayLike<number>): Float64Array {
  const shading = new Float64Array(normals.length);
  const basis = new Float64Array(9);
  for (let v = 0; v < normals.length; v += 3) {
    evaluateBasis(normals[v], normals[v + 1], normals[v + 2], basis);
    for (let k = 0; k < 9; k++) {
      for (let channel = 0; channel < 3; channel++) shading[v + channel] += basis[k] * light[3 * k + channel];
    }
  }
  return shading;
}

/** Depth (car lengths) of the nearest surface over the crop; Infinity where there is none. */
function depthPicture(car: PhotoCar, vertices: Float64Array): Float64Array {
  const topology = buildTopology(car.template.faces, car.template.vertexCount);
  const buffers = createBuffers({
    vertexCount: topology.vertexCount,
    faceCount: car.template.faceCount,
    pixelCount: depthSide * depthSide,
  });
  const window = { x: 0, y: 0, size: depthSide };
  render(
    {
      width: depthSide,
      height: depthSide,
      camera: orbitCameraMatrix(orbitOf(car.viewpoint, car.lengthMetres), window),
      near,
      topology,
      vertices,
      cullBack: true,
      silhouette: null,
      surface: null,
    },
    buffers,
  );
  return buffers.depth;
}

/** The crop's mask: 0 where half of a pixel is covered or less, rising to 1. */
function maskPicture({ photo, mask, crop }: PhotoCar): Float32Array {
  const { values } = resample(
    { width: photo.width, height: photo.height, channels: 1, data: mask },
    { x: crop.x, y: crop.y, width: crop.size, height: crop.size },
    maskSide,
    maskSide,
  );
  return values.map((value) => Math.max(0, Math.min(1, (value - 127) / 100)));
}

/** Bilinear value of the mask picture at (x, y), pixel centres at whole numbers. */
function readMask(picture: Float32Array, x: number, y: number): number {
  const column = Math.min(maskSide - 2, Math.max(0, Math.floor(x)));
  const row = Math.min(maskSide - 2, Math.max(0, Math.floor(y)));
  const fx = Math.min(1, Math.max(0, x - column));
  const at = row * maskSide + column;
  const upper = picture[at] + (picture[at + 1] - picture[at]) * fx;
  const lower = picture[at + maskSide] + (picture[at + maskSide + 1] - picture[at + maskSide]) * fx;
  return upper + (lower - upper) * Math.min(1, Math.max(0, y - row));
}

/** Where the colours are read; a place (u, v) of the crop, 0..1, lies at (x + u * across, y + v * across). */
interface SourcePicture {
  width: number;
  height: number;
  rgb: Uint8Array;
  x: number;
  y: number;
  across: number;
}

/** The photo itself, or the crop in means of whole blocks where the photo is at least twice as fine as the atlas. */
function sourcePicture({ photo, crop }: PhotoCar, size: number): SourcePicture {
  const factor = Math.floor(crop.size / size);
  if (factor < 2) return { ...photo, x: crop.x, y: crop.y, across: crop.size };
  const x = Math.max(0, Math.floor(crop.x));
  const y = Math.max(0, Math.floor(crop.y));
  const width = Math.floor((Math.min(photo.width, crop.x + crop.size) - x) / factor);
  const height = Math.floor((Math.min(photo.height, crop.y + crop.size) - y) / factor);
  return {
    width,
    height,
    rgb: shrinkBlocks(photo, x, y, width, height, factor),
    x: (crop.x - x) / factor,
    y: (crop.y - y) / factor,
    across: crop.size / factor,
  };
}
