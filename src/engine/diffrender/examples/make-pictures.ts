/**
 * Draws the pictures of docs/fit-a-mesh.md: `npx tsx src/engine/diffrender/examples/make-pictures.ts`. The picture that is fitted shows
 * a pear with stripes, which no part of the fit knows.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { buildTopology, mipmapped, orbitCameraMatrix, type Scene } from '../index.ts';
import { ball } from './ball.ts';
import { fitMesh, startScene } from './fit-a-mesh.ts';
import { overTransparency } from './over-transparency.ts';
import { readPicture } from './read-picture.ts';

const folder = fileURLToPath(new URL('../../../../docs/fit-a-mesh/', import.meta.url));
const size = 128;

function pear(): Scene {
  const { vertices, faces, uv } = ball(96, 192);
  for (let v = 0; v < vertices.length; v += 3) {
    const y = vertices[v + 1];
    const wide = 0.75 - 0.28 * Math.tanh(2.5 * (y - 0.15));
    const knobs = 1 + 0.12 * Math.sin(3 * Math.atan2(vertices[v], vertices[v + 2])) * (1 - y * y);
    vertices[v] *= wide * knobs;
    vertices[v + 2] *= wide * knobs;
    vertices[v] += 0.25 * y * y;
  }
  const texels = new Float64Array(3 * 256 * 128);
  for (let row = 0; row < 128; row++) {
    for (let column = 0; column < 256; column++) {
      const stripe = Math.sin(row / 4) > 0.2;
      const patch = Math.sin(column / 10) * Math.sin(row / 9) > 0.35;
      const paint = patch ? [0.75, 0.08, 0.06] : stripe ? [0.85, 0.7, 0.15] : [0.12, 0.3, 0.1];
      texels.set(paint, 3 * (256 * row + column));
    }
  }
  return {
    ...startScene(size),
    topology: buildTopology(faces, vertices.length / 3),
    vertices,
    silhouette: null,
    surface: {
      uv,
      texture: mipmapped({ width: 256, height: 128, texels }),
      light: Float64Array.from({ length: 27 }, (_, k) =>
        k < 3 ? 3 : k < 6 ? 0.8 : k > 8 && k < 12 ? -0.4 : 0,
      ),
      transfer: 'srgb',
    },
  };
}

async function save(name: string, scene: Scene): Promise<void> {
  const raw = { width: size, height: size, channels: 4 as const };
  await sharp(overTransparency(scene), { raw }).png().toFile(`${folder}${name}.png`);
}

mkdirSync(folder, { recursive: true });
await save('picture', pear());
const picture = await readPicture(`${folder}picture.png`);
const shown = new Map<number, Scene>();
const { scene } = fitMesh(picture, 300, (step, seen) => {
  if (step === 0 || step === 20 || step === 80)
    shown.set(step, { ...seen, vertices: Float64Array.from(seen.vertices) });
});
for (const [step, seen] of shown) await save(`step-${step}`, seen);
await save('fitted', scene);
const aside = orbitCameraMatrix(
  { azimuth: 1.6, elevation: 0.3, roll: 0, distance: 5, fov: 0.6, offset: [0, 0], target: [0, 0, 0] },
  { x: 0, y: 0, size },
);
await save('aside', { ...scene, camera: aside });
