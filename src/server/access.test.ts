import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { allowedHosts, newToken, ownName, upgradeAllowed } from './access.ts';

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
  ['an address that is none', '//', own],
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

it('knows every address of this machine when it listens on all', () => {
  expect(allowedHosts('0.0.0.0', 4711)).toContain('127.0.0.1:4711');
  expect(ownName('0.0.0.0')).not.toBe('0.0.0.0');
  expect(allowedHosts('0.0.0.0', 4711)).toContain(`${ownName('0.0.0.0')}:4711`);
});

it('takes port 80 as browsers send it', () => {
  expect(allowedHosts('127.0.0.1', 80)).toContain('127.0.0.1');
});
