import type { Protocol, Session, WebContents } from 'electron';

type PermissionRequest = Parameters<Session['setPermissionRequestHandler']>[0];
type PermissionCheck = Parameters<Session['setPermissionCheckHandler']>[0];
type ProtocolHandler = Parameters<Protocol['handle']>[1];

/** Double of the default session: keeps what main set, for windows to obey and specs to ask. */
class SessionDouble {
  readonly schemes = new Map<string, ProtocolHandler>();
  #request: PermissionRequest = null;
  #check: PermissionCheck = null;

  readonly protocol: Pick<Protocol, 'handle'> = {
    handle: (scheme, handler) => {
      this.schemes.set(scheme, handler);
    },
  };

  setPermissionRequestHandler(handler: PermissionRequest): void {
    this.#request = handler;
  }

  setPermissionCheckHandler(handler: PermissionCheck): void {
    this.#check = handler;
  }

  /** What main would answer to a page that asks for this permission: by request and by check. */
  permission(
    name: 'geolocation' | 'media' | 'notifications' | 'clipboard-sanitized-write',
  ): [boolean, boolean] {
    let granted = true;
    const contents = null as unknown as WebContents;
    const details = { isMainFrame: true, requestingUrl: '' };
    this.#request?.(
      contents,
      name,
      (value) => {
        granted = value;
      },
      details,
    );
    return [granted, this.#check?.(null, name, '', details) ?? true];
  }

  reset(): void {
    this.schemes.clear();
    this.#request = null;
    this.#check = null;
  }
}

export const sessionDouble = new SessionDouble();
export const session = {
  defaultSession: sessionDouble as Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler'
  > & { protocol: Pick<Protocol, 'handle'> },
};

/** Privileges of each scheme that was registered before the app was ready. */
export const privilegedSchemes = new Map<string, Electron.Privileges>();

export const protocol: Pick<Protocol, 'registerSchemesAsPrivileged'> = {
  registerSchemesAsPrivileged: (schemes) => {
    for (const { scheme, privileges } of schemes) privilegedSchemes.set(scheme, privileges ?? {});
  },
};
