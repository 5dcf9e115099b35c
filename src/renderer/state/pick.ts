import { useShallow } from 'zustand/react/shallow';

/** A selector of some properties of a store, so that a component is drawn anew only when one of these changes. */
export function usePick<State extends object, Key extends keyof State>(
  ...keys: readonly Key[]
): (state: State) => Pick<State, Key> {
  return useShallow(
    (state: State) => Object.fromEntries(keys.map((key) => [key, state[key]])) as Pick<State, Key>,
  );
}
