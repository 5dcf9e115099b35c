import { Document, type Material, NodeIO, TextureInfo } from '@gltf-transform/core';
import { KHRMaterialsUnlit } from '@gltf-transform/extensions';
import sharp from 'sharp';
import type { Template } from '../../shared/template.ts';
import { vertexNormals } from '../diffrender/normals.ts';
import { bakeLight } from './bake-light.ts';
import { splitSeams } from './split-seams.ts';

export interface GlbInput {
  template: Template;
  /** [V, 3] offsets from the template's mean, in car lengths */
  offsets: Float32Array;
  lengthMetres: number;
  /** square atlas of sRGB-encoded albedo, rgb interleaved */
  texture: { size: number; rgb: Uint8Array };
  /** [9, 3]; used by 'baked' only */
  light: ArrayLike<number>;
  /** 'albedo': the texture as it is, to be lit anew; 'baked': the photo's light in the texture, unlit material */
  mode: 'albedo' | 'baked';
}

/**
 * The car as a binary glTF: root node `car`, one mesh, one material, metres, +Y up, front +Z, wheels on y = 0, the
 * texture as PNG inside.
 */
export async function exportGlb(input: GlbInput): Promise<Uint8Array> {
  const { template, offsets, lengthMetres } = input;
  const shape = template.vertices.map((value, i) => (value + (offsets[i] ?? 0)) * lengthMetres);
  const normals = unitNormals(shape, template.faces);
  const split = splitSeams(template.faces, template.uv);
  const gather = (values: Float32Array) => {
    const out = new Float32Array(3 * split.source.length);
    split.source.forEach((vertex, i) => {
      out.set(values.subarray(3 * vertex, 3 * vertex + 3), 3 * i);
    });
    return out;
  };

  const document = new Document();
  document.getRoot().getAsset().generator = 'Turnaround';
  const buffer = document.createBuffer();
  const accessor = (
    name: string,
    type: 'VEC2' | 'VEC3' | 'SCALAR',
    array: Float32Array | Uint16Array | Uint32Array,
  ) => document.createAccessor(name, buffer).setType(type).setArray(array);
  const indices = split.source.length <= 65_535 ? Uint16Array.from(split.indices) : split.indices;
  const material = await createMaterial(document, input, normals);
  const primitive = document
    .createPrimitive()
    .setIndices(accessor('indices', 'SCALAR', indices))
    .setAttribute('POSITION', accessor('positions', 'VEC3', gather(shape)))
    .setAttribute('NORMAL', accessor('normals', 'VEC3', gather(normals)))
    .setAttribute('TEXCOORD_0', accessor('texture coordinates', 'VEC2', split.uv))
    .setMaterial(material);
  const node = document.createNode('car').setMesh(document.createMesh('car').addPrimitive(primitive));
  const scene = document.createScene('car').addChild(node);
  document.getRoot().setDefaultScene(scene).setExtras({ generator: 'Turnaround' });
  return new NodeIO().registerExtensions([KHRMaterialsUnlit]).writeBinary(document);
}

/** [V, 3]; a vertex whose faces have no area points up, because glTF wants unit length. */
export function unitNormals(positions: Float32Array, faces: Uint32Array): Float32Array {
  const lengths = new Float64Array(positions.length / 3);
  const normals = new Float64Array(positions.length);
  vertexNormals(positions, faces, normals, lengths);
  lengths.forEach((length, v) => {
    if (length === 0) normals[3 * v + 1] = 1;
  });
  return Float32Array.from(normals);
}

async function createMaterial(document: Document, input: GlbInput, normals: Float32Array): Promise<Material> {
  const { size } = input.texture;
  const baked = input.mode === 'baked';
  const rgb = baked ? bakeLight({ ...input, normals }) : input.texture.rgb;
  const png = await sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
  const texture = document
    .createTexture(baked ? 'shaded colour' : 'albedo')
    .setMimeType('image/png')
    .setImage(new Uint8Array(png));
  const material = document
    .createMaterial('paint')
    .setBaseColorTexture(texture)
    .setMetallicFactor(0)
    .setRoughnessFactor(0.6);
  material
    .getBaseColorTextureInfo()
    ?.setWrapS(TextureInfo.WrapMode.CLAMP_TO_EDGE)
    .setWrapT(TextureInfo.WrapMode.CLAMP_TO_EDGE)
    .setMagFilter(TextureInfo.MagFilter.LINEAR)
    .setMinFilter(TextureInfo.MinFilter.LINEAR_MIPMAP_LINEAR);
  if (baked) {
    const unlit = document.createExtension(KHRMaterialsUnlit).createUnlit();
    material.setExtension('KHR_materials_unlit', unlit);
  }
  return material;
}
