import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** 256 random bits, URL-safe. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function sameToken(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The names by which a browser on this machine may call the server; another name means DNS rebinding. */
export function allowedHosts(address: string, port: number): Set<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]', address.includes(':') ? `[${address}]` : address];
  return new Set(names.map((name) => `${name}:${port}`));
}

export function hostAllowed(request: IncomingMessage, hosts: Set<string>): boolean {
  return hosts.has(request.headers.host ?? '');
}

/** May this upgrade become a studio connection? Own page (Origin), own name (Host) and the token are all asked for. */
export function upgradeAllowed(request: IncomingMessage, hosts: Set<string>, token: string): boolean {
  const origin = request.headers.origin;
  if (!hostAllowed(request, hosts) || !origin) return false;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const originHost = URL.canParse(origin) ? new URL(origin).host : '';
  return (
    url.pathname === '/studio' &&
    hosts.has(originHost) &&
    sameToken(url.searchParams.get('token') ?? '', token)
  );
}
