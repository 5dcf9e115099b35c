import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frugalMalloc } from './frugal-malloc.ts';
import { packageRoot } from './paths.ts';

test('the command starts with the same settings', async () => {
  const [first] = (await readFile(join(packageRoot(), 'bin', 'turnaround.mjs'), 'utf8')).split('\n');
  const settings = Object.entries(frugalMalloc).map(([name, value]) => `${name}=${value}`);
  expect(first).toBe(`#!/usr/bin/env -S ${settings.join(' ')} node`);
});
