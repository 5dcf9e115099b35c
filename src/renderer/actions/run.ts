import { cancelled } from '../../shared/errors.ts';
import { useActivity } from '../state/activity.ts';
import { tell, tellError } from '../state/notifications.ts';
import { useRefine } from '../state/refine.ts';

/** Starts a task of which the user only needs to hear when it fails. */
export function inBackground(task: Promise<unknown>): void {
  task.catch(tellError);
}

/** True while the engine works on something that another edit would disturb. */
export function isBusy(): boolean {
  return useActivity.getState().activity !== null || useRefine.getState().phase === 'running';
}

/** Like `isBusy`, for what the user asked for: then they hear why it is not done. */
export function isRefused(): boolean {
  const busy = isBusy();
  if (busy) tell('Something is under way. Wait for it, or cancel it first.');
  return busy;
}

/** What a task under way may do to its own display. */
export interface ActivityControl {
  signal: AbortSignal;
  report(label: string, fraction: number | null): void;
}

/**
 * Runs one long task and shows it; failures are told to the user. Refused while another one runs. Returns whether the
 * task came to its end.
 */
export async function runActivity(
  label: string,
  cancellable: boolean,
  task: (control: ActivityControl) => Promise<void>,
): Promise<boolean> {
  if (isRefused()) return false;
  const controller = new AbortController();
  const cancel = cancellable ? () => controller.abort(cancelled()) : null;
  useActivity.setState({ activity: { label, fraction: cancellable ? 0 : null, cancel } });
  try {
    await task({
      signal: controller.signal,
      report: (newLabel, fraction) =>
        useActivity.setState({ activity: { label: newLabel, fraction, cancel } }),
    });
    return true;
  } catch (error) {
    tellError(error);
    return false;
  } finally {
    useActivity.setState({ activity: null });
  }
}
