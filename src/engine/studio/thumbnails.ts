import type { StudioDocument } from '../../shared/document.ts';
import { canonicalViewpoint } from '../../shared/viewpoint.ts';
import type { AssetStore } from '../project/asset-store.ts';
import type { Library } from '../project/library.ts';
import { loadCar } from './car-assets.ts';
import type { Emitter } from './emitter.ts';
import { drawSquare } from './fit.ts';
import { encodePicture } from './pixels.ts';
import type { Rooms } from './rooms.ts';

const thumbnailSize = 192;
const thumbnailElevationDeg = 12;

/** Keeps the library's list up to date: draws the picture of a car whose look changed and tells who listens. */
export class Thumbnails {
  readonly #rooms: Rooms;
  readonly #assets: AssetStore;
  readonly #library: Library;
  readonly #emitter: Emitter;
  #last: Promise<void> = Promise.resolve();

  constructor(rooms: Rooms, assets: AssetStore, library: Library, emitter: Emitter) {
    this.#rooms = rooms;
    this.#assets = assets;
    this.#library = library;
    this.#emitter = emitter;
  }

  documentChanged(before: StudioDocument | null, after: StudioDocument): void {
    const opened = before?.id !== after.id;
    const looks =
      opened || before.car.offsets !== after.car.offsets || before.car.texture !== after.car.texture;
    if (!looks && before.name === after.name) return;
    // a picture that can't be made is left out; the car itself is safe
    this.#last = this.#last.then(() => this.#update(after, looks)).catch(() => {});
  }

  /** Resolves when no picture is being made. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #update(document: StudioDocument, looks: boolean): Promise<void> {
    if (looks) {
      const car = await loadCar(this.#assets, this.#rooms.template, document);
      const { azimuthDeg, target } = document.viewpoint;
      const viewpoint = canonicalViewpoint(azimuthDeg, thumbnailElevationDeg, car.lengthMetres, target);
      const picture = drawSquare({ ...car, template: this.#rooms.template }, viewpoint, thumbnailSize);
      await this.#library.saveThumbnail(document.id, await encodePicture(picture));
    }
    this.#emitter.emit('library.changed', await this.#library.list());
  }
}
