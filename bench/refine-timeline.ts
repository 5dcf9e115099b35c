/** When a picture of a running refinement was there, ms after it was asked for, and how good it was. */
export interface Moment {
  at: number;
  loss: number;
  /** does it differ from the car before? */
  changed: boolean;
}

export interface Timeline {
  /** first picture that shows a change, ms */
  first: number;
  /** longest wait for the next picture after the first, ms */
  gap: number;
  /** from here on the loss stays within `settled` of its last, ms */
  converged: number;
  /** last picture, ms */
  last: number;
}

/** A loss this near to the last one has converged: about 0.001 of IoU. */
export const settled = 0.001;

/** Throws where nothing changed. */
export function timelineOf(moments: readonly Moment[]): Timeline {
  const changed = moments.findIndex((moment) => moment.changed);
  const last = moments.at(-1);
  if (changed < 0 || !last) throw new Error('the refinement showed no change');
  const gaps = moments.slice(1).map(({ at }, k) => at - moments[k].at);
  const open = moments.findLastIndex(({ loss }) => loss - last.loss > settled);
  return {
    first: moments[changed].at,
    gap: Math.max(0, ...gaps),
    converged: moments[open + 1].at,
    last: last.at,
  };
}
