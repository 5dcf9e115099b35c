import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { loadTemplate } from '../src/engine/models/template.ts';
import { drawCar } from '../src/engine/render/draw.ts';
import { type Crop, project, type Viewpoint } from '../src/shared/viewpoint.ts';
import { paintAtlas } from './sample/paint-atlas.ts';

/**
 * Draws resources/samples/car.png, the specs' photo, nobody else's work: the template's mean car, painted by its part
 * labels, under a made-up sky. Run it again after the template changed: `npx tsx scripts/draw-sample-photo.ts`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const [width, height] = [1080, 720];
const textureSize = 1024;
const lengthMetres = 4.5;

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
    texture: { size: textureSize, rgb: paintAtlas(template, textureSize, [158, 44, 36]) },
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
