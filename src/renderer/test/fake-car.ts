import sharp from 'sharp';
import type { Result } from '../../shared/studio-api.ts';

const [rings, segments] = [28, 40];

/** Half width and height of a car-like body at a place along it (t = 0 rear, 1 front), car lengths. */
function profile(t: number): { halfWidth: number; top: number } {
  const ends = (1 - (2 * t - 1) ** 8) ** 0.5;
  const cabin = Math.exp(-(((t - 0.44) / 0.2) ** 4));
  return { halfWidth: 0.2 * ends, top: (0.17 + 0.13 * cabin) * (0.35 + 0.65 * ends) };
}

/** A closed body of quads over rings along z: enough like a car to see front, back, light and texture. */
export function fakeTemplate(): Result<'studio.template'> {
  const vertices: number[] = [];
  for (let r = 0; r <= rings; r++) {
    const t = r / rings;
    const { halfWidth, top } = profile(t);
    for (let s = 0; s < segments; s++) {
      const angle = (2 * Math.PI * s) / segments;
      const [c, w] = [Math.cos(angle), Math.sin(angle)];
      const square = (value: number) => Math.sign(value) * Math.abs(value) ** 0.55;
      const height = 0.02 + (top * (1 + square(w))) / 2;
      const tumblehome = w > 0 ? 1 - 0.25 * w * w : 1;
      vertices.push(halfWidth * square(c) * tumblehome, height, t - 0.5);
    }
  }
  const faces: number[] = [];
  const uv: number[] = [];
  const corner = (r: number, s: number): void => {
    faces.push(r * segments + (s % segments));
    uv.push(s / segments, 1 - r / rings);
  };
  for (let r = 0; r < rings; r++) {
    for (let s = 0; s < segments; s++) {
      corner(r, s);
      corner(r, s + 1);
      corner(r + 1, s + 1);
      corner(r, s);
      corner(r + 1, s + 1);
      corner(r + 1, s);
    }
  }
  const count = vertices.length / 3;
  return {
    vertices: Float32Array.from(vertices),
    faces: Uint32Array.from(faces),
    uv: Float32Array.from(uv),
    mirror: Uint32Array.from({ length: count }, (_, i) => i),
    parts: new Uint8Array(faces.length / 3),
  };
}

async function svg(text: string, grey = false): Promise<Uint8Array<ArrayBuffer>> {
  const picture = sharp(Buffer.from(text));
  return Uint8Array.from(await (grey ? picture.greyscale() : picture).png().toBuffer());
}

/** Texture atlas: paint with windows, a light front end and red tail lights; u runs around the body, v from front to rear. */
export function fakeTexture(paint: string): Promise<Uint8Array<ArrayBuffer>> {
  return svg(`<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="${paint}"/>
    <g fill="#20262e"><rect x="18" y="105" width="26" height="82"/><rect x="84" y="105" width="26" height="82"/><rect x="46" y="92" width="36" height="18"/><rect x="46" y="184" width="36" height="16"/></g>
    <rect y="0" width="256" height="14" fill="#cfd4da"/><rect y="244" width="256" height="12" fill="#7c1414"/>
    <rect x="136" width="112" height="256" fill="#17191c"/></svg>`);
}

export function fakeObserved(): Promise<Uint8Array<ArrayBuffer>> {
  return svg(
    '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#000"/><rect width="70" height="256" fill="#fff"/><rect x="225" width="31" height="256" fill="#fff"/><rect y="0" width="256" height="60" fill="#fff"/></svg>',
    true,
  );
}

const scene = { width: 1600, height: 1000 };
export const fakeCars = [
  { x: 330, y: 390, width: 940, height: 330 },
  { x: 40, y: 430, width: 220, height: 110 },
];
const body =
  'M330 640 q-6 -90 90 -104 l120 -22 q110 -110 190 -122 h200 q110 10 200 120 q130 16 140 110 v70 q-4 28 -40 28 h-860 q-36 -6 -40 -40z';

export function fakePhoto(): Promise<Uint8Array<ArrayBuffer>> {
  return svg(`<svg xmlns="http://www.w3.org/2000/svg" width="${scene.width}" height="${scene.height}"><defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#a9c0d6"/><stop offset="1" stop-color="#e6e2d6"/></linearGradient></defs>
    <rect width="1600" height="1000" fill="url(#s)"/><rect y="470" width="1600" height="530" fill="#7d7a75"/><rect y="440" width="1600" height="40" fill="#56624f"/>
    <rect x="40" y="430" width="220" height="110" rx="40" fill="#8f98a3"/><ellipse cx="800" cy="725" rx="500" ry="34" fill="#4d4a47"/>
    <path d="${body}" fill="#a3362c"/><path d="M560 515 q90 -96 165 -100 h90 v100z M840 415 h90 q90 12 160 100 h-250z" fill="#1d242c"/>
    <g fill="#15171a"><circle cx="510" cy="700" r="72"/><circle cx="1090" cy="700" r="72"/></g></svg>`);
}

export function fakeMask(selected: number): Promise<Uint8Array<ArrayBuffer>> {
  const shape =
    selected === 0
      ? `<path d="${body}" fill="#fff"/><circle cx="510" cy="700" r="72" fill="#fff"/><circle cx="1090" cy="700" r="72" fill="#fff"/>`
      : '<rect x="40" y="430" width="220" height="110" rx="40" fill="#fff"/>';
  return svg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${scene.width}" height="${scene.height}"><rect width="1600" height="1000" fill="#000"/>${shape}</svg>`,
    true,
  );
}

/** [size, size, 4]: a flat stand-in for the generator, a shape that turns with the azimuth. */
export function fakeNeuralPicture(
  azimuthDeg: number,
  elevationDeg: number,
  size: number,
): Uint8Array<ArrayBuffer> {
  const pixel = 128 / size;
  const rgba = new Uint8Array(size * size * 4);
  const az = (azimuthDeg * Math.PI) / 180;
  const half = 18 + 30 * Math.abs(Math.sin(az));
  const front = Math.cos(az) > 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [dx, dy] = [(pixel * x - 64) / half, (pixel * y - 66) / (17 + elevationDeg / 5)];
      const inside = Math.abs(dx) ** 3 + Math.abs(dy) ** 3 < 1;
      const window = inside && dy < -0.15 && dy > -0.75 && Math.abs(dx) < 0.6;
      const ground = pixel * y > 74;
      const colour = window
        ? [30, 38, 46]
        : inside
          ? front
            ? [190, 64, 50]
            : [120, 30, 26]
          : ground
            ? [126, 124, 119]
            : [176, 192, 208];
      rgba.set([...colour, 255], (y * size + x) * 4);
    }
  }
  return rgba;
}
