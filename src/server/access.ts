import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';

/** 256 random bits, URL-safe. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function sameToken(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function asName(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Every address of this machine if it listens on all of them, else the one it listens on. */
function listeningAddresses(address: string): string[] {
  if (address !== '0.0.0.0' && address !== '::') return [address];
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address));
}

/** The name in the address that is printed: another machine can reach it if the server listens on all addresses. */
export function ownName(address: string): string {
  const isLoopback = (name: string) => name === '::1' || name.startsWith('127.');
  const known = listeningAddresses(address);
  return asName(
    known.find((name) => !isLoopback(name) && !name.startsWith('fe80')) ?? known[0] ?? '127.0.0.1',
  );
}

/**
 * The Host headers by which a browser may call the server; another name means DNS rebinding. Browsers leave out port 80.
 */
export function allowedHosts(address: string, port: number): Set<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]', ...listeningAddresses(address).map(asName)];
  return new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

export function hostAllowed(request: IncomingMessage, hosts: Set<string>): boolean {
  return hosts.has(request.headers.host ?? '');
}

/** May this upgrade become a studio connection? Own page (Origin), own name (Host) and the token are all asked for. */
export function upgradeAllowed(request: IncomingMessage, hosts: Set<string>, token: string): boolean {
  const origin = request.headers.origin;
  const address = request.url ?? '/';
  if (!hostAllowed(request, hosts) || !origin || !URL.canParse(address, 'http://localhost')) return false;
  const url = new URL(address, 'http://localhost');
  const originHost = URL.canParse(origin) ? new URL(origin).host : '';
  return (
    url.pathname === '/studio' &&
    hosts.has(originHost) &&
    sameToken(url.searchParams.get('token') ?? '', token)
  );
}
