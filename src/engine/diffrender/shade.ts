import type { Buffers } from './buffers.ts';
import { interpolateNormals, interpolateNormalsBackward } from './fragment-normals.ts';
import type { Gradients } from './gradients.ts';
import { harmonicShading, harmonicShadingBackward } from './harmonics.ts';
import { lampBackward, lampShading, lobeShading } from './lamp.ts';
import { sampleMipmaps, sampleMipmapsBackward } from './mipmap.ts';
import {
  interpolateUv,
  interpolateUvBackward,
  type Pages,
  placeTaps,
  readTap,
  readTapBackward,
} from './texture.ts';
import { encodeSrgb, encodeSrgbSlope } from './transfer.ts';
import type { Real, Scene, Surface } from './types.ts';

/** What shading a picture needs beyond its scene, made once a picture. */
export interface ShadeContext {
  pages: Pages;
  /** see eyeOf */
  eye: Float64Array;
  /** [3] gradient of the eye, added to */
  eyeGradient: Float64Array;
}

/** True where shading depends on normals. */
export function needsNormals(surface: Surface): boolean {
  return surface.light !== null || Boolean(surface.lamp);
}

/** Fills albedo, shading and highlight of a run: its linear colour is albedo x shading + highlight. */
export function shadeRun(
  scene: Scene,
  surface: Surface,
  buffers: Buffers,
  count: number,
  { pages, eye }: ShadeContext,
): void {
  const { fragments } = buffers;
  const { lamp, lobe, light } = surface;
  interpolateUv(fragments, count, surface.uv);
  if (pages.mipmapped) {
    sampleMipmaps(scene, surface, buffers, count, pages);
  } else {
    placeTaps(fragments, count, pages);
    readTap(fragments.taps[0], count, surface.texture.texels, fragments.albedo);
  }
  if (needsNormals(surface)) interpolateNormals(scene, buffers, count);
  if (light) harmonicShading(fragments, count, light);
  else for (const channel of fragments.shading) channel.fill(lamp ? 0 : 1, 0, count);
  if (lamp) lampShading(buffers, count, lamp);
  if (lamp && lobe) lobeShading(scene, buffers, count, lamp, lobe, eye);
  else for (const channel of fragments.highlight) channel.fill(0, 0, count);
}

/** Writes a run's colours: to `colour` as its transfer says, or linear to `radiance`, from which they are blended. */
export function writeColours(scene: Scene, surface: Surface, buffers: Buffers, count: number): void {
  const { pixel, albedo, shading, highlight } = buffers.fragments;
  const out = scene.antialias ? buffers.radiance : buffers.colour;
  const encoded = surface.transfer === 'srgb' && !scene.antialias;
  for (let k = 0; k < 3; k++) {
    const texel = albedo[k];
    const light = shading[k];
    const shine = highlight[k];
    for (let i = 0; i < count; i++) {
      const linear = texel[i] * light[i] + shine[i];
      out[3 * pixel[i] + k] = encoded ? encodeSrgb(linear) : linear;
    }
  }
}

/**
 * Fills dColour, the gradient of a run's linear colours, from the gradient of the picture: that of `radiance` where contours
 * are blended, else that of `colour`. A colour that isn't finite has none.
 */
function colourBackward(
  scene: Scene,
  surface: Surface,
  buffers: Buffers,
  count: number,
  pictureGradient: Real,
): void {
  const { pixel, albedo, shading, highlight, dColour, dTap } = buffers.fragments;
  const { colour } = buffers;
  const encoded = surface.transfer === 'srgb' && !scene.antialias;
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < count; i++) {
      const at = 3 * pixel[i] + k;
      const linear = albedo[k][i] * shading[k][i] + highlight[k][i];
      const finite = linear - linear === 0;
      const slope = encoded ? encodeSrgbSlope(linear, colour[at]) : 1;
      const g = finite && slope > 0 ? pictureGradient[at] * slope : 0;
      dColour[k][i] = g;
      dTap[k][i] = g === 0 ? 0 : g * shading[k][i];
      if (!finite) albedo[k][i] = 0;
    }
  }
}

/** Takes the gradient of the picture's colours (see colourBackward) of a shaded run back to all that they came from. */
export function shadeRunBackward(
  scene: Scene,
  surface: Surface,
  buffers: Buffers,
  count: number,
  context: ShadeContext,
  pictureGradient: Real,
  gradients: Gradients,
): void {
  const { fragments } = buffers;
  const { lamp, lobe, light } = surface;
  const { pages, eye, eyeGradient } = context;
  colourBackward(scene, surface, buffers, count, pictureGradient);
  if (light) harmonicShadingBackward(fragments, count, light, gradients.light);
  if (lamp) lampBackward(scene, buffers, count, lamp, lobe ?? null, eye, eyeGradient, gradients);
  if (needsNormals(surface)) interpolateNormalsBackward(scene, buffers, count);
  if (pages.mipmapped) {
    sampleMipmapsBackward(scene, surface, buffers, count, pages, gradients.texels, gradients.uv);
  } else {
    const { texels } = surface.texture;
    readTapBackward(fragments.taps[0], count, texels, fragments.dTap, fragments, gradients.texels);
  }
  interpolateUvBackward(fragments, count, surface.uv, gradients.uv);
}
