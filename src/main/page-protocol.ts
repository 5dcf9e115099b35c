import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { contentSecurityPolicy } from '../shared/content-security-policy.ts';
import { pageOrigin, pageScheme } from '../shared/ipc-channels.ts';

/** The kinds of file that a build of the page holds. */
const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
};

/** Must run before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built page from `folder` under the page's own scheme, and nothing outside that folder. */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle(pageScheme, async (request) => {
    const url = new URL(request.url);
    const path = url.pathname === '/' ? '/index.html' : decodeURIComponent(url.pathname);
    const file = normalize(join(folder, path));
    const type = contentTypes[extname(file)];
    if (!request.url.startsWith(`${pageOrigin}/`) || !file.startsWith(folder + sep) || !type) {
      return new Response('Not found', { status: 404 });
    }
    const content = await readFile(file).catch(() => null);
    if (!content) return new Response('Not found', { status: 404 });
    return new Response(new Uint8Array(content), {
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': contentSecurityPolicy("'self'"),
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
