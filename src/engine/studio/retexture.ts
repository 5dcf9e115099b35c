import { setTimeout as wait } from 'node:timers/promises';
import type { StudioDocument } from '../../shared/document.ts';
import { StudioError, throwIfCancelled } from '../../shared/errors.ts';
import type { Viewpoint } from '../../shared/viewpoint.ts';
import type { AssetStore } from '../project/asset-store.ts';
import { loadCar, loadPhoto, storeCar } from './car-assets.ts';
import { measureFit } from './fit.ts';
import { fittedParts } from './fitted-parts.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { Newest } from './tasks.ts';

/** A viewpoint that moves on within this time, ms, is not textured. */
const restMs = 150;

/** Textures the open car anew from its photo when its viewpoint was moved; the newest viewpoint wins. */
export class Retexture {
  readonly #rooms: Rooms;
  readonly #assets: AssetStore;
  readonly #newest = new Newest();
  #moving: Promise<void> = Promise.resolve();
  #asked = 0;
  #running: { base: string; controller: AbortController } | null = null;

  constructor(rooms: Rooms, assets: AssetStore) {
    this.#rooms = rooms;
    this.#assets = assets;
  }

  /** A change of what is being textured ends it. */
  documentChanged(document: StudioDocument | null): void {
    if (this.#running && this.#running.base !== (document && fittedParts(document))) {
      this.#running.controller.abort();
    }
  }

  /**
   * Moves the viewpoint at once, then gives the car the texture that the photo shows through it, and measures the fit; both
   * belong to the step that moved the viewpoint. The texture is left out where the car changes meanwhile, a newer viewpoint
   * comes or the signal fires.
   */
  move(session: Session, viewpoint: Viewpoint, signal: AbortSignal): Promise<void> {
    const moving = this.#move(session, viewpoint, signal, ++this.#asked);
    this.#moving = moving.catch(() => {});
    return moving;
  }

  /** Resolves when no viewpoint is being moved and no texture made. */
  async settled(): Promise<void> {
    await this.#moving;
  }

  async #move(session: Session, viewpoint: Viewpoint, signal: AbortSignal, asked: number): Promise<void> {
    const { document } = await session.edit('Move viewpoint', (now) => ({ ...now, viewpoint }), {
      merge: true,
    });
    // saving may take longer than the rest
    if (!document?.photo || asked !== this.#asked) return;
    const running = { base: fittedParts(document), controller: new AbortController() };
    this.#running = running;
    try {
      await this.#newest.run(AbortSignal.any([signal, running.controller.signal]), async (joined) => {
        await wait(restMs, undefined, { signal: joined }).catch(() => throwIfCancelled(joined));
        const changed = await this.#textured(document, joined);
        throwIfCancelled(joined);
        await session.amend((now) => (fittedParts(now) === running.base ? { ...now, ...changed } : now));
      });
    } catch (error) {
      if (!(error instanceof StudioError && error.code === 'cancelled')) throw error;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  async #textured(
    document: StudioDocument,
    signal: AbortSignal,
  ): Promise<Pick<StudioDocument, 'car' | 'maskIoU'>> {
    const { template } = this.#rooms;
    const [photo, car] = await Promise.all([
      loadPhoto(this.#assets, document),
      loadCar(this.#assets, template, document),
    ]);
    throwIfCancelled(signal);
    const { viewpoint, crop, maskIoU } = document;
    const { offsets, lengthMetres } = car;
    const pose = { offsets, light: car.light, lengthMetres, viewpoint, crop };
    const full = maskIoU.refined !== null;
    const atlas = await this.#rooms.textureCar(photo, photo.mask, pose, signal, { full });
    const { light } = atlas;
    const fit = measureFit({ template, ...pose, light, texture: atlas }, viewpoint, crop, photo);
    return {
      car: await storeCar(this.#assets, { offsets, light, lengthMetres, atlas }),
      maskIoU: maskIoU.refined === null ? { encoder: fit, refined: null } : { ...maskIoU, refined: fit },
    };
  }
}
