import type { StudioDocument } from '../../shared/document.ts';
import type { AssetStore } from '../project/asset-store.ts';
import { loadCar } from './car-assets.ts';
import type { NeuralCar, Rooms } from './rooms.ts';

/** The neural view's cars; the content of the last one asked for is kept, because it runs once an edit. */
export class NeuralCars {
  readonly #rooms: Rooms;
  readonly #assets: AssetStore;
  #key = '';
  #car: Promise<NeuralCar> | null = null;

  constructor(rooms: Rooms, assets: AssetStore) {
    this.#rooms = rooms;
    this.#assets = assets;
  }

  get(document: StudioDocument): Promise<NeuralCar> {
    const key = [document.car.offsets, document.car.texture, document.background].join();
    if (this.#car && key === this.#key) return this.#car;
    const car = loadCar(this.#assets, this.#rooms.template, document).then((data) =>
      this.#rooms.loadNeural(data),
    );
    this.#key = key;
    this.#car = car;
    car.catch(() => {
      if (this.#car === car) this.#car = null;
    });
    return car;
  }

  /** Forgets the car, as after a change of provider. */
  clear(): void {
    this.#car = null;
  }
}
