import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { loadTemplate } from '../src/engine/models/template.ts';
import { drawCar } from '../src/engine/render/draw.ts';
import { atlasLayout } from '../src/engine/texture/atlas.ts';
import type { Template } from '../src/shared/template.ts';
import { type Crop, project, type Vec3, type Viewpoint } from '../src/shared/viewpoint.ts';

/**
 * Draws resources/samples/car.png, a picture of a car that is nobody else's work: the template's mean car, painted by its
 * part labels, under a made-up sky. Run it again after the template changed: `npx tsx scripts/draw-sample-photo.ts`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const [width, height] = [1080, 720];
const textureSize = 1024;
const lengthMetres = 4.5;

type Colour = readonly [number, number, number];
const paint: Colour = [158, 44, 36];
const wheelRadius = 0.071;

/** Middle of each wheel, by part: that of its box, car lengths. */
function wheelCentres({ faces, parts, vertices }: Template): Vec3[] {
  return [2, 3, 4, 5].map((part) => {
    const own = [...faces].filter((_vertex, i) => parts[Math.floor(i / 3)] === part);
    const middle = (axis: number) => {
      const values = own.map((vertex) => vertices[3 * vertex + axis] ?? 0);
      return (Math.min(...values) + Math.max(...values)) / 2;
    };
    return [middle(0), wheelRadius, middle(2)];
  });
}

/** [V] how much of a part each vertex is: its share of the faces around, smoothed once, so that borders are no saw. */
function vertexShares({ faces, parts, vertexCount }: Template, part: number): Float32Array {
  let shares: Float32Array | null = null;
  for (let pass = 0; pass < 2; pass++) {
    const [sum, count] = [new Float32Array(vertexCount), new Float32Array(vertexCount)];
    for (let f = 0; f < faces.length; f += 3) {
      const corners = [0, 1, 2].map((k) => faces[f + k] ?? 0);
      const value: number = shares
        ? corners.reduce((total, v) => total + (shares?.[v] ?? 0), 0) / 3
        : Number(parts[f / 3] === part);
      for (const v of corners) {
        sum[v] = (sum[v] ?? 0) + value;
        count[v] = (count[v] ?? 0) + 1;
      }
    }
    shares = sum.map((value, v) => value / (count[v] ?? 1));
  }
  return shares ?? new Float32Array(vertexCount);
}

/** sRGB albedo of a point of the surface; `shares` says how much of glass, front and rear lights it is. */
function colourAt([x, y, z]: Vec3, shares: [number, number, number], wheels: Vec3[]): Colour {
  for (const wheel of wheels) {
    const [dy, dz] = [y - wheel[1], z - wheel[2]];
    const radius = Math.hypot(dy, dz);
    if (radius > wheelRadius * 1.08 || Math.abs(x - wheel[0]) > 0.1) continue;
    const spoke = Math.cos(5 * Math.atan2(dy, dz)) > -0.2;
    return radius < 0.043 && (spoke || radius < 0.013) ? [168, 172, 176] : [24, 24, 26];
  }
  if (shares[0] > 0.5) return [34, 42, 50];
  if (shares[1] > 0.3) return [222, 226, 228];
  if (shares[2] > 0.3) return [124, 16, 20];
  if (y < 0.06) return [30, 30, 32];
  if (Math.abs(z) > 0.47 && Math.abs(x) < 0.055 && y > 0.08 && y < 0.105) return [235, 235, 228];
  if (z > 0.46 && Math.abs(x) < 0.1 && y > 0.11 && y < 0.145) return [22, 22, 24];
  const side = Math.abs(x) > 0.12;
  const doors = side && y > 0.065 && y < 0.19 && [0.13, -0.06, -0.22].some((at) => Math.abs(z - at) < 0.0022);
  return doors ? [92, 24, 22] : paint;
}

function paintAtlas(template: Template): Uint8Array {
  const layout = atlasLayout(template, textureSize);
  const wheels = wheelCentres(template);
  const parts = [1, 6, 7].map((part) => vertexShares(template, part));
  const rgb = new Uint8Array(3 * textureSize ** 2);
  layout.texels.forEach((texel, k) => {
    const face = layout.faces[k] ?? 0;
    const [wb, wc] = [layout.weights[2 * k] ?? 0, layout.weights[2 * k + 1] ?? 0];
    const [a = 0, b = 0, c = 0] = template.faces.subarray(3 * face, 3 * face + 3);
    const mix = (values: Float32Array, stride: number, axis: number) =>
      (1 - wb - wc) * (values[stride * a + axis] ?? 0) +
      wb * (values[stride * b + axis] ?? 0) +
      wc * (values[stride * c + axis] ?? 0);
    const point: Vec3 = [
      mix(template.vertices, 3, 0),
      mix(template.vertices, 3, 1),
      mix(template.vertices, 3, 2),
    ];
    const [glass = 0, front = 0, rear = 0] = parts.map((shares) => mix(shares, 1, 0));
    rgb.set(colourAt(point, [glass, front, rear], wheels), 3 * texel);
  });
  layout.gutter.forEach((texel, k) => {
    const from = 3 * (layout.gutterSource[k] ?? 0);
    rgb.copyWithin(3 * texel, from, from + 3);
  });
  return rgb;
}

/** [9, 3]: a bright sky, a warm sun from the car's front left, a grey ground. */
const light = [
  2.9, 2.9, 2.95, 0.95, 1.0, 1.1, 0.45, 0.42, 0.38, 0.62, 0.58, 0.5, 0.12, 0.1, 0.08, 0.1, 0.1, 0.1, -0.05,
  -0.05, -0.05, 0.12, 0.1, 0.08, 0.02, 0.02, 0.02,
];

/** Sky, ground and the car's shadow, drawn as one SVG. */
function scene(viewpoint: Viewpoint, crop: Crop, halfWidth: number, halfLength: number): Buffer {
  const at = (x: number, z: number) => {
    const { x: px, y: py } = project(viewpoint, crop, [x, 0, z]);
    return `${px.toFixed(1)},${py.toFixed(1)}`;
  };
  const [w, l] = [halfWidth * 0.9, halfLength * 0.88];
  const footprint = [at(w, l), at(w, -l), at(-w, -l), at(-w, l)].join(' ');
  const horizon = 0.46 * height;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs>
      <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#7fa6cf"/><stop offset="1" stop-color="#d9e4ea"/></linearGradient>
      <linearGradient id="ground" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#9b9a95"/><stop offset="1" stop-color="#6f6e6b"/></linearGradient>
      <filter id="near" x="-20%" y="-50%" width="140%" height="200%"><feGaussianBlur stdDeviation="10"/></filter>
      <filter id="far" x="-30%" y="-80%" width="160%" height="260%"><feGaussianBlur stdDeviation="26"/></filter>
    </defs>
    <rect width="${width}" height="${horizon}" fill="url(#sky)"/>
    <path d="M0 ${horizon} v-14 q140 -12 260 -4 t300 -6 t260 5 t260 -3 v22z" fill="#8b9a8a"/>
    <rect y="${horizon}" width="${width}" height="${height - horizon}" fill="url(#ground)"/>
    <polygon points="${footprint}" fill="#000" opacity="0.45" filter="url(#far)"/>
    <polygon points="${footprint}" fill="#000" opacity="0.75" filter="url(#near)"/>
  </svg>`);
}

const template = await loadTemplate(`${root}models/template.safetensors`);
const reach = (axis: number) =>
  lengthMetres *
  template.vertices.reduce((most, value, i) => (i % 3 === axis ? Math.max(most, value) : most), 0);
const viewpoint: Viewpoint = {
  azimuthDeg: 52,
  elevationDeg: 11,
  rollDeg: 0,
  distance: 8.6,
  fovDeg: 34,
  target: [0, reach(1) / 2, 0],
  offset: [0, 0],
};
const crop: Crop = { x: width / 2 - 470, y: height / 2 - 425, size: 940 };
const car = drawCar(
  {
    template,
    offsets: new Float32Array(template.vertices.length),
    lengthMetres,
    texture: { size: textureSize, rgb: paintAtlas(template) },
    light,
  },
  viewpoint,
  crop,
  width,
  height,
  { light: 'photo', supersample: 4 },
);
const file = `${root}resources/samples/car.png`;
await mkdir(dirname(file), { recursive: true });
const { size } = await sharp(scene(viewpoint, crop, reach(0), reach(2)))
  .composite([{ input: Buffer.from(car.rgba), raw: { width, height, channels: 4 } }])
  .removeAlpha()
  .png({ compressionLevel: 9 })
  .toFile(file);
console.log(`${file}: ${(size / 1024).toFixed(0)} kB`);
