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

/** The file of the built page that a URL of our scheme names, or null. */
async function read(
  folder: string,
  url: URL,
): Promise<{ content: Uint8Array<ArrayBuffer>; type: string } | null> {
  try {
    const path = url.pathname === '/' ? '/index.html' : decodeURIComponent(url.pathname);
    const file = normalize(join(folder, path));
    const type = contentTypes[extname(file)];
    if (`${url.protocol}//${url.host}` !== pageOrigin || !file.startsWith(folder + sep) || !type) return null;
    return { content: new Uint8Array(await readFile(file)), type };
  } catch {
    return null;
  }
}

/** Serves the built page from `folder` under the page's own scheme, and nothing outside that folder. */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle(pageScheme, async (request) => {
    const found = await read(folder, new URL(request.url));
    return new Response(found?.content ?? 'Not found', {
      status: found ? 200 : 404,
      headers: {
        'Content-Type': found?.type ?? 'text/plain',
        'Content-Security-Policy': contentSecurityPolicy("'self'"),
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
