import type { Buffers } from './buffers.ts';
import { texelCount } from './mipmap.ts';
import { isPerspective } from './rasterise.ts';
import type { Scene, Surface } from './types.ts';

function fail(what: string): never {
  throw new RangeError(`render: ${what}`);
}

/** Throws RangeError, saying what is wrong, where a scene's sizes don't match one another or the buffers'. */
export function checkScene(scene: Scene, buffers: Buffers): void {
  const { topology, width, height, silhouette, vertices, attributes } = scene;
  const { sizes } = buffers;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width >= 0 && height >= 0))
    fail(`a picture of ${width} x ${height} can't be drawn.`);
  if (vertices.length !== 3 * topology.vertexCount)
    fail(`${vertices.length / 3} vertices given, the topology has ${topology.vertexCount}.`);
  if (
    width * height > sizes.pixelCount ||
    topology.vertexCount > sizes.vertexCount ||
    topology.faces.length > 3 * sizes.faceCount
  )
    fail('the buffers are too small for this scene; create larger ones.');
  if (isPerspective(scene.camera) && !(scene.near > 0)) fail('a perspective camera needs near > 0.');
  if (silhouette && !(silhouette.sigmainv > 0)) fail('sigmainv must be positive.');
  if (silhouette && !(silhouette.nearest >= 1 && silhouette.nearest <= sizes.nearest))
    fail(`the buffers keep ${sizes.nearest} faces per pixel, the silhouette asks for ${silhouette.nearest}.`);
  if (attributes && attributes.length !== sizes.attributeCount * topology.vertexCount)
    fail(
      `${attributes.length} attributes given, the buffers hold ${sizes.attributeCount} for each of ${topology.vertexCount} vertices.`,
    );
  if (scene.antialias && !sizes.antialias) fail('antialias needs buffers created with antialias: true.');
  if (scene.surface) checkSurface(scene.surface, topology.faces.length / 3);
}

function checkSurface({ uv, texture, lamp, lobe }: Surface, faceCount: number): void {
  if (uv.length !== 6 * faceCount) fail('uv must hold two numbers per corner of each face.');
  const pages = 'pages' in texture ? texture.pages : [{ ...texture, offset: 0 }];
  let texels = 0;
  for (const { width, height, offset, levels } of pages)
    texels = Math.max(texels, offset + texelCount(width, height, levels));
  if (texture.texels.length !== texels) fail("the texture's texels don't match its size.");
  if ('pages' in texture && texture.ofFace.length !== faceCount)
    fail('each face needs a page of the textures.');
  if (lobe && !lamp) fail('a lobe needs a lamp.');
  if (lobe && !(lobe.shininess > 0)) fail('shininess must be positive.');
  if (lamp && !(Math.hypot(lamp.direction[0], lamp.direction[1], lamp.direction[2]) > 0))
    fail("the lamp's direction must have a length.");
}
