import type { StudioDocument } from '../../shared/document.ts';
import type { AssetStore } from '../project/asset-store.ts';
import type { Library } from '../project/library.ts';
import { type CarData, loadCar } from './car-assets.ts';
import type { Emitter } from './emitter.ts';
import type { LatestOnly } from './latest-only.ts';
import type { NeuralCars } from './neural-cars.ts';
import type { Refinement } from './refinement.ts';
import type { Retexture } from './retexture.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import type { Newest } from './tasks.ts';

/** What the handlers of the studio API work with. */
export interface StudioContext {
  rooms: Rooms;
  assets: AssetStore;
  library: Library;
  emitter: Emitter;
  session: Session;
  refinement: Refinement;
  retexture: Retexture;
  neural: NeuralCars;
  /** imports and other reconstructions: the newest wins */
  builds: Newest;
  /** pictures of the neural view: the newest wins, none is queued */
  pictures: LatestOnly;
  /** fires when the studio closes */
  closing: AbortSignal;
}

/** What is seen now: the proposal while there is one, else the open car. */
export function seenDocument({ refinement, session }: StudioContext): StudioDocument {
  return refinement.proposal?.proposal ?? session.document;
}

/** The open car with every change that was asked for so far, and the texture of its viewpoint. Throws `no-document` without one. */
export async function settledDocument({ retexture, session }: StudioContext): Promise<StudioDocument> {
  await retexture.settled();
  await session.settled();
  return session.document;
}

export function carOf({ assets, rooms }: StudioContext, document: StudioDocument): Promise<CarData> {
  return loadCar(assets, rooms.template, document);
}
