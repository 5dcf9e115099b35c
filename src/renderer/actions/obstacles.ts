import { useActivity } from '../state/activity.ts';
import { useDocument } from '../state/document.ts';
import { tell } from '../state/notifications.ts';
import { useRefine } from '../state/refine.ts';

/** What keeps something from being done now, in words for the user; null when nothing does. */
export type Obstacle = () => string | null;

/** The engine works on something that another edit would disturb. */
export const taskUnderWay: Obstacle = () => {
  const { activity } = useActivity.getState();
  const refining = useRefine.getState().phase === 'running';
  if (!activity && !refining) return null;
  return refining || activity?.cancel
    ? 'Something is under way. Wait for it, or cancel it first.'
    : 'Something is under way. Wait for it.';
};

export const noCar: Obstacle = () =>
  useDocument.getState().document ? null : 'There is no car yet. Make one from a photo, or open a project.';

export const noPhoto: Obstacle = () =>
  useDocument.getState().document?.photo ? null : 'This car has no photo. Make one from a photo first.';

export const undecided: Obstacle = () =>
  useRefine.getState().phase === 'proposal' ? 'Accept or discard the refined car first.' : null;

export const nothingToUndo: Obstacle = () => (useDocument.getState().canUndo ? null : 'Nothing to undo.');

export const nothingToRedo: Obstacle = () => (useDocument.getState().canRedo ? null : 'Nothing to redo.');

/** The first of these obstacles that stands in the way is told to the user. Returns whether one did. */
export function isRefused(...obstacles: readonly Obstacle[]): boolean {
  for (const obstacle of obstacles) {
    const message = obstacle();
    if (message === null) continue;
    tell(message);
    return true;
  }
  return false;
}
