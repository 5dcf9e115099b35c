import { cancelled } from '../../shared/errors.ts';
import { useActivity } from '../state/activity.ts';
import { tellError } from '../state/notifications.ts';
import { isRefused, taskUnderWay } from './obstacles.ts';

/** Starts a task of which the user only needs to hear when it fails. */
export function inBackground(task: Promise<unknown>): void {
  task.catch(tellError);
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
  if (isRefused(taskUnderWay)) return false;
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
