const key = 'turnaround.token';

/** The parts of a window that the token needs. */
export interface TokenWindow {
  location: Pick<Location, 'href'>;
  history: Pick<History, 'replaceState'>;
  sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
}

/**
 * The secret that the server printed into the page's first address. It is moved to the session's storage and taken off
 * the address bar, so that it can't be read over a shoulder, copied with the address, or kept in the history.
 */
export function sessionToken(window: TokenWindow): string {
  const url = new URL(window.location.href);
  const given = url.searchParams.get('token');
  if (given !== null) {
    window.sessionStorage.setItem(key, given);
    url.searchParams.delete('token');
    window.history.replaceState(null, '', url);
  }
  return given ?? window.sessionStorage.getItem(key) ?? '';
}
