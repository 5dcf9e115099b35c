import { NodeIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { linearToSrgb, srgbToLinear } from '../../shared/colour.ts';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import { canonicalViewpoint } from '../../shared/viewpoint.ts';
import { drawCar } from '../render/draw.ts';
import { atlasLayout } from '../texture/atlas.ts';
import { bakeLight } from './bake-light.ts';
import { exportGlb, type GlbInput, unitNormals } from './glb.ts';
import { testTemplate } from './test-template.ts';
import { validateGlb } from './validate-glb.ts';

const template = testTemplate();
const size = 64;
const rgb = new Uint8Array(3 * size * size).map((_v, i) => (i % 3 === 0 ? 180 : (i * 7) % 256));
const input: GlbInput = {
  template,
  offsets: template.basis.slice(0, 3 * template.vertexCount),
  lengthMetres: 4.5,
  texture: { size, rgb },
  light: ambientLight(),
  mode: 'albedo',
};

const read = async (overrides: Partial<GlbInput> = {}) => {
  const document = await new NodeIO()
    .registerExtensions(ALL_EXTENSIONS)
    .readBinary(await exportGlb({ ...input, ...overrides }));
  const root = document.getRoot();
  const primitive = root.listMeshes()[0].listPrimitives()[0];
  const array = (name: string) => primitive.getAttribute(name)?.getArray() ?? new Float32Array();
  const [texture] = root.listTextures();
  const pixels = await sharp(texture.getImage() ?? new Uint8Array())
    .raw()
    .toBuffer();
  return { root, primitive, array, texture, pixels, material: root.listMaterials()[0] };
};

test.each(['albedo', 'baked'] as const)('the Khronos validator has nothing to say about %s', async (mode) => {
  expect((await validateGlb(await exportGlb({ ...input, mode }))).messages).toEqual([]);
});

test('a mesh with a fault is not passed by the validator', async () => {
  const glb = await exportGlb(input);
  expect((await validateGlb(glb.slice(0, glb.length - 40))).errors).toBeGreaterThan(0);
});

test('one node car, one mesh, one material of the photo texture', async () => {
  const { root, material, texture, pixels } = await read();
  expect(root.listNodes().map((node) => node.getName())).toEqual(['car']);
  expect(root.getDefaultScene()?.listChildren()).toHaveLength(1);
  expect(root.listMeshes()).toHaveLength(1);
  expect([material.getMetallicFactor(), material.getRoughnessFactor()]).toEqual([0, 0.6]);
  expect(texture.getMimeType()).toBe('image/png');
  expect(Uint8Array.from(pixels)).toEqual(rgb);
});

test('says who made it', async () => {
  const glb = Buffer.from(await exportGlb(input));
  const json = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString());
  expect(json.asset).toEqual({ generator: 'Turnaround', version: '2.0' });
  expect(json.extras).toEqual({ generator: 'Turnaround' });
});

test('metres, wheels on the ground, front on +Z, split only at seams', async () => {
  const { array, primitive } = await read();
  const positions = array('POSITION');
  const bounds = [0, 1, 2].map((axis) => {
    const values = [...positions].filter((_value, i) => i % 3 === axis);
    return [Math.min(...values), Math.max(...values)];
  });
  expect(bounds[2][1] - bounds[2][0]).toBeCloseTo(4.5, 4);
  expect(bounds[1][0]).toBeCloseTo(0, 5);
  expect(bounds[0][1]).toBeCloseTo(0.2 * 1.1 * 4.5, 4);
  const seam = [...template.vertices].filter((x, i) => i % 3 === 0 && Math.abs(x) < 1e-9).length;
  expect(positions.length / 3).toBe(template.vertexCount + seam);
  expect(primitive.getIndices()?.getCount()).toBe(3 * template.faceCount);
});

test('every corner keeps its texture coordinate, and normals are smooth across the seam and point outwards', async () => {
  const { array, primitive } = await read();
  const indices = primitive.getIndices()?.getArray() ?? [];
  const [uv, positions, normals] = [array('TEXCOORD_0'), array('POSITION'), array('NORMAL')];
  const byPlace = new Map<string, string>();
  for (let corner = 0; corner < indices.length; corner++) {
    const i = indices[corner];
    expect([uv[2 * i], uv[2 * i + 1]]).toEqual([template.uv[2 * corner], template.uv[2 * corner + 1]]);
    const place = [0, 1, 2].map((axis) => positions[3 * i + axis]).join();
    const normal = [0, 1, 2].map((axis) => normals[3 * i + axis]);
    expect(byPlace.get(place) ?? normal.join()).toBe(normal.join());
    byPlace.set(place, normal.join());
    const outwards =
      normal[0] * positions[3 * i] +
      normal[1] * (positions[3 * i + 1] - 0.16 * 4.5) +
      normal[2] * positions[3 * i + 2];
    expect(outwards).toBeGreaterThan(0);
  }
});

test('baked: unlit, even light leaves the texture, light from above darkens the lower half in linear light', async () => {
  const even = await read({ mode: 'baked' });
  expect(even.material.getExtension('KHR_materials_unlit')).not.toBeNull();
  const { texels } = atlasLayout(template, size);
  const worst = texels.reduce(
    (most, texel) => Math.max(most, Math.abs(even.pixels[3 * texel] - rgb[3 * texel])),
    0,
  );
  expect(texels.length).toBeGreaterThan(size);
  expect(worst).toBeLessThanOrEqual(1);

  const light = new Float32Array(27);
  light.fill(0.5 / 0.282095, 0, 3);
  light.fill(0.4 / 0.488603, 3, 6);
  const { pixels } = await read({ mode: 'baked', light });
  const red = (u: number, v: number) => pixels[3 * (Math.floor(v * size) * size + Math.floor(u * size))];
  // the middle of a side looks sideways, where shading is 0.5; near the roof the normal points up
  expect(red(0.25, 0.5)).toBeCloseTo(255 * linearToSrgb(0.5 * srgbToLinear(180 / 255)), -0.5);
  expect(red(0.25, 0.08)).toBeGreaterThan(red(0.25, 0.5));
  expect(red(0.25, 0.5)).toBeGreaterThan(red(0.25, 0.92));
});

test('a baked car without light looks as the albedo does under the light', () => {
  const light = new Float32Array(27);
  light.fill(1.6, 0, 3).fill(0.7, 3, 6).fill(0.5, 9, 11).fill(-0.3, 12, 14).fill(0.2, 18, 20);
  const atlas = { size: 256, rgb: new Uint8Array(3 * 256 * 256).map((_value, i) => [190, 120, 60][i % 3]) };
  const car = { template, offsets: new Float32Array(3 * template.vertexCount), lengthMetres: 4.5, light };
  const normals = unitNormals(template.vertices, template.faces);
  const baked = bakeLight({ template, normals, texture: atlas, light });
  const draw = (rgb: Uint8Array, mode: 'photo' | 'albedo') =>
    drawCar(
      { ...car, texture: { ...atlas, rgb } },
      canonicalViewpoint(50, 15, 4.5, [0, 0.72, 0]),
      { x: 0, y: 0, size: 128 },
      128,
      128,
      { light: mode },
    ).rgba;
  const [lit, unlit] = [draw(atlas.rgb, 'photo'), draw(baked, 'albedo')];
  let [sum, count] = [0, 0];
  lit.forEach((value, i) => {
    if (lit[i - (i % 4) + 3] < 255) return;
    sum += Math.abs(value - unlit[i]);
    count++;
  });
  expect(count).toBeGreaterThan(4 * 1500);
  expect(sum / count).toBeLessThan(1);
});
