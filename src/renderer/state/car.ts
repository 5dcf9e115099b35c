import { create } from 'zustand';
import type { StudioError } from '../../shared/errors.ts';

/** Square RGBA or decoded picture of the atlas, row 0 at v = 0. */
export type AtlasPicture = ImageBitmap | { size: number; rgba: Uint8Array };

/** The car that the viewport draws: the document's, the proposal's, or the one that is being refined. */
export interface ShownCar {
  /** [V, 3], car lengths */
  offsets: Float32Array;
  lengthMetres: number;
  texture: AtlasPicture;
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
