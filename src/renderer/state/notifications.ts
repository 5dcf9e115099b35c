import { create } from 'zustand';
import { type StudioError, toErrorPayload } from '../../shared/errors.ts';

export interface Notification {
  id: number;
  kind: 'error' | 'info';
  message: string;
  /** what to do about it; empty when nothing is to be done */
  remedy: string;
}

const longest = 4;
let nextId = 1;

export const useNotifications = create<{ list: Notification[] }>(() => ({ list: [] }));

function add(notification: Omit<Notification, 'id'>): void {
  const entry = { ...notification, id: nextId++ };
  useNotifications.setState(({ list }) => ({
    list: newestOf([...list.filter((other) => other.message !== entry.message), entry]),
  }));
}

/** The newest errors, and infos in the places that these leave; the newest info always has one. */
function newestOf(list: readonly Notification[]): Notification[] {
  const errors = list.filter(({ kind }) => kind === 'error').slice(-longest);
  const infos = list.filter(({ kind }) => kind === 'info').slice(-Math.max(1, longest - errors.length));
  return list.filter((entry) => errors.includes(entry) || infos.includes(entry));
}

export function dismiss(id: number): void {
  useNotifications.setState(({ list }) => ({ list: list.filter((entry) => entry.id !== id) }));
}

export function tell(message: string): void {
  add({ kind: 'info', message, remedy: '' });
}

/** Shows any thrown value; what the user cancelled is told without alarm. */
export function tellError(error: unknown): void {
  const { code, message, remedy }: Pick<StudioError, 'code' | 'message' | 'remedy'> = toErrorPayload(error);
  if (code === 'cancelled') tell('Cancelled. Nothing was changed.');
  else add({ kind: 'error', message, remedy });
}
