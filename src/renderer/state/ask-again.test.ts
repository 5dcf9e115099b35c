import { expect, it } from 'vitest';
import { StudioError } from '../../shared/errors.ts';
import type { Studio } from '../../shared/studio-api.ts';
import { askAgain } from './ask-again.ts';
import { useConnection } from './connection.ts';

const failing = (code: 'connection-lost' | 'asset-missing') => () =>
  Promise.reject(new StudioError(code, 'No answer.', 'Wait.'));

/** A studio whose every call ends as told. */
function studio(call: () => Promise<unknown>): Studio {
  return { call: call as Studio['call'], on: () => () => {} };
}

it('asks once more when the connection is back, and not the one that was lost', async () => {
  const asked: string[] = [];
  const broken = studio(() => {
    asked.push('broken');
    return failing('connection-lost')();
  });
  useConnection.setState({ phase: 'ready', studio: broken });
  const answer = askAgain((present) => present.call('studio.status', {}));
  await new Promise((resolve) => setTimeout(resolve, 20));
  useConnection.setState({ phase: 'lost', studio: null });
  const mended = studio(() => {
    asked.push('mended');
    return Promise.resolve('here');
  });
  useConnection.setState({ phase: 'ready', studio: mended });
  expect(await answer).toBe('here');
  expect(asked).toEqual(['broken', 'mended']);
});

it('throws what has nothing to do with the connection', async () => {
  useConnection.setState({ phase: 'ready', studio: studio(failing('asset-missing')) });
  await expect(askAgain((present) => present.call('asset.get', { hash: 'x' }))).rejects.toMatchObject({
    code: 'asset-missing',
  });
});
