import open from 'open';
import { afterEach, expect, it, vi } from 'vitest';
import { openBrowser } from './open-browser.ts';

vi.mock('open');
afterEach(() => vi.restoreAllMocks());

it('says so, and goes on, where no browser can be started', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.mocked(open).mockRejectedValue(new Error('spawn xdg-open ENOENT'));
  await openBrowser('http://127.0.0.1:1/');
  expect(print.mock.calls).toEqual([['No browser could be opened; open the address yourself.']]);
});
