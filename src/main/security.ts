import { type App, type Session, shell, type WebContents } from 'electron';
import { pageOrigin } from '../shared/ipc-channels.ts';

const isOwnUrl = (url: string) => url.startsWith(`${pageOrigin}/`);

/** Is this the top frame of our own page? Everything else that reaches the main process is ignored. */
export function isOwnPage(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && isOwnUrl(frame.url);
}

function guard(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** Denies navigation elsewhere, new windows, web views and permissions; https links open in the user's browser. */
export function lockDown(app: App, session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(permission === 'clipboard-sanitized-write'),
  );
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  app.on('web-contents-created', (_event, contents) => guard(contents));
}
