import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { allowedHosts, newToken, upgradeAllowed } from './access.ts';

const token = newToken();
const hosts = allowedHosts('127.0.0.1', 4711);

function request(url: string, headers: Record<string, string>): IncomingMessage {
  return { url, headers } as unknown as IncomingMessage;
}
const own = { host: '127.0.0.1:4711', origin: 'http://127.0.0.1:4711' };

it('lets in our own page with the token', () => {
  expect(upgradeAllowed(request(`/studio?token=${token}`, own), hosts, token)).toBe(true);
});

it.each([
  ['no token', '/studio', own],
  ['a wrong token', `/studio?token=${newToken()}`, own],
  ['another path', `/other?token=${token}`, own],
  ['a foreign page', `/studio?token=${token}`, { ...own, origin: 'http://evil.example' }],
  ['a rebound name', `/studio?token=${token}`, { ...own, host: 'evil.example:4711' }],
  ['no origin', `/studio?token=${token}`, { host: own.host }],
  ['a broken origin', `/studio?token=${token}`, { ...own, origin: 'null' }],
])('keeps out %s', (_what, url, headers) => {
  expect(upgradeAllowed(request(url, headers as Record<string, string>), hosts, token)).toBe(false);
});

it('makes tokens that differ and fit in a URL', () => {
  expect(newToken()).not.toBe(token);
  expect(token).toMatch(/^[\w-]{43}$/);
});
