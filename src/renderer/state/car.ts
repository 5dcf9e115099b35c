import { create } from 'zustand';
import type { StudioError } from '../../shared/errors.ts';

/** The car that the viewport draws: the document's, the proposal's, or the one that is being refined. */
export interface ShownCar {
  /** [V, 3], car lengths */
  offsets: Float32Array;
  lengthMetres: number;
  /** decoded atlas, row 0 at v = 0 */
  texture: ImageBitmap;
  /** white where the photo showed the texel */
  observed: ImageBitmap;
  /** share of the surface that the photo showed, 0..1 */
  observedShare: number;
  /** [9, 3] */
  light: ArrayLike<number>;
}

export interface CarState {
  car: ShownCar | null;
  loading: boolean;
  error: StudioError | null;
}

export const useCar = create<CarState>(() => ({ car: null, loading: false, error: null }));
