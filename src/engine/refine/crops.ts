import type { Template } from '../../shared/template.ts';
import type { Viewpoint } from '../../shared/viewpoint.ts';
import { checkInput, checkMask, checkPixels } from './check-input.ts';
import { cropColours, cropMask, type MaskCrop } from './target.ts';
import type { AtlasPixels, RefineInput } from './types.ts';

/** What geometry is fitted to: of the photos' masks no more than their crops. */
export interface FitInput {
  template: Template;
  offsets: Float32Array;
  lengthMetres: number;
  views: readonly { outline: MaskCrop; viewpoint: Viewpoint; light: Float32Array }[];
}

/** What is looked at when the geometry is fitted. */
export interface FinalLook {
  texture: AtlasPixels;
  views: readonly {
    /** at the resolution at which the outline is measured */
    outline: MaskCrop;
    /** [128, 128, 3] sRGB-encoded, 0..1 */
    colours: Float32Array;
  }[];
}

/** Sides of the crops: to which outlines are fitted, and at which colours are compared. */
const sides = { outline: 256, colours: 128 } as const;
/** Sides at which an outline is measured: the photo's own resolution within these. */
const measured = { least: 64, most: 1024 } as const;

/** The crops to begin with. Throws what `refine` throws of its input. */
export function fitInput(input: RefineInput, iterations: number): FitInput {
  // what fails while the geometry is fitted is told by finalLook
  for (const later of [input.texture, ...input.views.map(({ photo }) => photo.rgb)])
    if (later instanceof Promise) later.catch(() => {});
  checkInput(input, iterations);
  const { template, offsets, lengthMetres } = input;
  const views = input.views.map(({ photo, mask, crop, viewpoint, light }) => {
    const outline = cropMask(photo, mask, crop, sides.outline);
    checkMask(outline);
    return { outline, viewpoint, light };
  });
  return { template, offsets, lengthMetres, views };
}

/** The crops to end with, as soon as all pixels are there; rejects with whatever keeps them from coming. */
export async function finalLook({ texture, views }: RefineInput): Promise<FinalLook> {
  const atlas = await texture;
  const looks = views.map(async ({ photo, mask, crop }) => {
    const { width, height } = photo;
    const rgb = await photo.rgb;
    checkPixels(photo, rgb);
    const side = Math.round(Math.min(measured.most, Math.max(measured.least, crop.size)));
    return {
      outline: cropMask(photo, mask, crop, side),
      colours: cropColours({ width, height, rgb }, crop, sides.colours),
    };
  });
  return { texture: atlas, views: await Promise.all(looks) };
}
