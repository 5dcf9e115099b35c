import { create } from 'zustand';
import type { Viewpoint } from '../../shared/viewpoint.ts';

export type LightMode = 'photo' | 'studio' | 'albedo';
export type Layout = 'all' | 'mesh' | 'neural' | 'photo';

/** What the user looks at and how; shared by the viewport, the neural view and the inspector. Never saved in a car. */
export interface ViewState {
  /** null until a car is open */
  viewpoint: Viewpoint | null;
  /** the photo is shown behind the car, and dragging shifts the car over it */
  photoView: boolean;
  /** 0..1, used in the photo view */
  photoOpacity: number;
  carOpacity: number;
  light: LightMode;
  showGuessed: boolean;
  showGround: boolean;
  showMask: boolean;
  layout: Layout;
}

export const useView = create<ViewState>(() => ({
  viewpoint: null,
  photoView: false,
  photoOpacity: 0.75,
  carOpacity: 0.75,
  light: 'photo',
  showGuessed: false,
  showGround: true,
  showMask: true,
  layout: 'all',
}));

/** A view that has kept still for so long is at rest: it is drawn finely, for the work that turning can't wait for. */
export const restMilliseconds = 250;

/** Replaces the viewpoint by a function of it; nothing happens without a car. */
export function changeViewpoint(change: (v: Viewpoint) => Viewpoint): void {
  useView.setState(({ viewpoint }) => (viewpoint ? { viewpoint: change(viewpoint) } : {}));
}
