import type { StudioDocument } from '../../shared/document.ts';
import { StudioError, throwIfCancelled } from '../../shared/errors.ts';
import type { DocumentState, HandlerContext, RefineResult } from '../../shared/studio-api.ts';
import type { AssetStore } from '../project/asset-store.ts';
import { collectGarbage } from '../workers/collect-garbage.ts';
import { loadMask, loadOffsets, loadPixels, loadTexture, storeCar } from './car-assets.ts';
import { measureFit } from './fit.ts';
import { fittedParts } from './fitted-parts.ts';
import type { Refined, RefineRequest, Rooms } from './rooms.ts';
import type { Session } from './session.ts';
import { allEnded } from './tasks.ts';

/** The running refinement and its proposal, which stands beside the open car until it is accepted or discarded. */
export class Refinement {
  readonly #rooms: Rooms;
  readonly #assets: AssetStore;
  #running: { base: string; superseded: AbortController } | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #proposal: { base: string; result: RefineResult } | null = null;

  constructor(rooms: Rooms, assets: AssetStore) {
    this.#rooms = rooms;
    this.#assets = assets;
  }

  get proposal(): RefineResult | null {
    return this.#proposal?.result ?? null;
  }

  /** A change of what was fitted ends the refinement of the car before and takes its proposal away. */
  documentChanged(document: StudioDocument | null): void {
    const base = document && fittedParts(document);
    if (this.#proposal && this.#proposal.base !== base) this.#proposal = null;
    if (this.#running && this.#running.base !== base) {
      this.#running.superseded.abort();
    }
  }

  async start(
    document: StudioDocument,
    iterations: number,
    signal: AbortSignal,
    progress: HandlerContext<'refine.start'>['progress'],
  ): Promise<RefineResult> {
    if (this.#running) {
      throw new StudioError(
        'busy',
        'A refinement is running already.',
        'Wait for it or cancel it, then start again.',
      );
    }
    const running = { base: fittedParts(document), superseded: new AbortController() };
    const superseded = running.superseded.signal;
    this.#running = running;
    try {
      const begun = performance.now();
      const work = this.#propose(document, iterations, { signal, superseded }, progress);
      this.#ended = work.catch(() => {});
      const { proposal, outcome } = await work;
      throwIfCancelled(superseded);
      const result: RefineResult = {
        proposal,
        maskIoUBefore: outcome.maskIoUBefore,
        maskIoUAfter: proposal.maskIoU.refined ?? outcome.maskIoUAfter,
        stopped: outcome.stopped,
        milliseconds: performance.now() - begun,
      };
      this.#proposal = { base: running.base, result };
      return result;
    } finally {
      this.#running = null;
      setImmediate(collectGarbage);
    }
  }

  /** Makes the proposal the open car, as one undoable step. Throws `no-proposal` if the car was changed meanwhile. */
  async accept(session: Session): Promise<DocumentState> {
    const accepted = this.#proposed();
    const { car, viewpoint, crop, maskIoU } = accepted.result.proposal;
    await session.edit('Refine', (now) => {
      // of two that accept, or one that edits while another accepts, the first wins
      if (fittedParts(now) !== accepted.base) throw noProposal();
      return { ...now, car, viewpoint, crop, maskIoU };
    });
    // a refinement that changed nothing is still here
    return this.#proposal === accepted ? this.discard(session) : session.state();
  }

  discard(session: Session): DocumentState {
    this.#proposed();
    this.#proposal = null;
    return session.announce();
  }

  /** Resolves when nothing is running, which is soon after its signal has fired. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  #proposed(): { base: string; result: RefineResult } {
    if (this.#proposal) return this.#proposal;
    throw noProposal();
  }

  /** `signal` ends it with the best so far, `superseded` with nothing. */
  async #propose(
    document: StudioDocument,
    iterations: number,
    ends: { signal: AbortSignal; superseded: AbortSignal },
    progress: HandlerContext<'refine.start'>['progress'],
  ): Promise<{ proposal: StudioDocument; outcome: Refined }> {
    // what the outline doesn't need is read while it is fitted, and may fail before anyone asks for it
    const pixels = loadPixels(this.#assets, document);
    const texture = loadTexture(this.#assets, document);
    for (const later of [pixels, texture]) later.catch(() => {});
    const [{ width, height, mask }, start] = await allEnded([
      loadMask(this.#assets, document),
      loadOffsets(this.#assets, this.#rooms.template, document),
    ]);
    const { superseded } = ends;
    const signal = AbortSignal.any([ends.signal, superseded]);
    throwIfCancelled(signal);
    const { crop } = document;
    const { lengthMetres } = document.car;
    let tidied = false;
    const request: RefineRequest = {
      ...{ crop, lengthMetres, mask, iterations, signal },
      photo: { width, height, rgb: pixels },
      viewpoint: document.viewpoint,
      offsets: start,
      light: Float32Array.from(document.car.light),
      texture,
      onProgress: (snapshot) => {
        progress({ ...snapshot, iterations });
        // this thread only waits from here on, with what a reconstruction left
        if (!tidied) setImmediate(collectGarbage);
        tidied = true;
      },
    };
    const outcome = await this.#rooms.refine(request);
    throwIfCancelled(superseded);
    const photo = { width, height, rgb: await pixels, mask };
    const { offsets, viewpoint } = outcome;
    const pose = { offsets, light: outcome.light, viewpoint, crop, lengthMetres };
    const atlas = await this.#rooms.textureCar(photo, photo.mask, pose, superseded, {
      full: true,
    });
    const { light } = atlas;
    const drawn = { template: this.#rooms.template, ...pose, light, texture: atlas };
    const refined = measureFit(drawn, viewpoint, crop, photo);
    const proposal: StudioDocument = {
      ...document,
      car: await storeCar(this.#assets, { offsets, light, lengthMetres, atlas }),
      viewpoint,
      maskIoU: { encoder: document.maskIoU.encoder, refined },
    };
    return { proposal, outcome };
  }
}

function noProposal(): StudioError {
  return new StudioError('no-proposal', 'There is no refined car to decide on.', 'Start a refinement first.');
}
