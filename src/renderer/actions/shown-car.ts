import type { StudioDocument } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import { askAgain } from '../state/ask-again.ts';
import { type Asset, type AssetCache, assetCache } from '../state/asset-cache.ts';
import { type ShownCar, useCar } from '../state/car.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { carVertices } from '../viewport/car-geometry.ts';
import { type GreyAtlas, observedShare } from '../viewport/observed-share.ts';

const cacheBytes = 256 * 1024 * 1024;

/** Every asset that the page has fetched. */
export const assets: AssetCache = assetCache(
  (hash) => askAgain((studio) => studio.call('asset.get', { hash })),
  cacheBytes,
);

/** Decodes a picture with its colours left as stored. */
export function decodePicture({ bytes, type }: Asset): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([bytes.slice()], { type }), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
}

function floats({ bytes }: Asset): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

/** The red channel of a picture, squeezed to `size` x `size`. */
function greyOf(picture: ImageBitmap, size: number): GreyAtlas {
  const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });
  context?.drawImage(picture, 0, 0, size, size);
  const data = context?.getImageData(0, 0, size, size).data;
  return { size, grey: Uint8Array.from({ length: size * size }, (_, i) => data?.[i * 4] ?? 0) };
}

async function fetchCar({ car }: StudioDocument): Promise<ShownCar> {
  const [offsets, texture, observed] = await Promise.all([
    assets.get(car.offsets).then(floats),
    assets.get(car.texture).then(decodePicture),
    assets.get(car.observed).then(decodePicture),
  ]);
  const { lengthMetres, light } = car;
  const { template } = useConnection.getState();
  const share = template
    ? observedShare(
        carVertices(template, offsets, lengthMetres),
        template.faces,
        template.uv,
        greyOf(observed, 128),
      )
    : 0;
  return { offsets, texture, observed, observedShare: share, lengthMetres, light };
}

/** The document whose car is on show: the proposal unless the user compares it with what was before. */
export function shownDocument(): StudioDocument | null {
  const { result, showBefore } = useRefine.getState();
  return result && !showBefore ? result.proposal : useDocument.getState().document;
}

let newest = 0;

/** Fetches the car of `shownDocument` and shows it; an older fetch that comes later is dropped. */
export async function loadCar(): Promise<void> {
  const mine = ++newest;
  const document = shownDocument();
  if (!document) {
    useCar.setState({ car: null, loading: false, error: null });
    return;
  }
  useCar.setState({ loading: true, error: null });
  try {
    const car = await fetchCar(document);
    if (mine === newest) useCar.setState({ car, loading: false });
  } catch (error) {
    if (mine !== newest) return;
    const failure =
      error instanceof StudioError
        ? error
        : new StudioError(
            'asset-missing',
            'The car can not be read.',
            'Undo, or open another car of the library.',
          );
    useCar.setState({ car: null, loading: false, error: failure });
  }
}
