import { squaredDistances } from './distance.ts';
import { schedule } from './schedule.ts';
import { Target } from './target.ts';

/**
 * The target without what something else hides of the car: pixels where the car is drawn (`face` >= 0) but not masked, deeper
 * behind the mask's outline than a fitted shape is wrong, aren't asked for. Returns the target itself where there are none.
 */
export function withoutOccluders(face: Int32Array, target: Target): Target {
  const { size, mask, valid } = target;
  const reach = schedule.occluderDepth * size;
  let any = false;
  const deep = new Uint8Array(size * size);
  for (let p = 0; p < deep.length; p++) {
    if (!(valid[p] && face[p] >= 0 && mask[p] < 0.5 && target.distance2[p] > reach * reach)) continue;
    deep[p] = 1;
    any = true;
  }
  if (!any) return target;
  const toDeep = squaredDistances(deep, size, size, 1);
  // as deep pixels lie `reach` behind the outline, this goes up to it and a little further
  const around = (reach + 2) ** 2;
  return new Target(
    size,
    mask,
    valid.map((value, p) => (mask[p] < 0.5 && toDeep[p] <= around ? 0 : value)),
  );
}
