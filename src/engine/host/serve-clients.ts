import type { MessagePort } from 'node:worker_threads';
import { toErrorPayload } from '../../shared/errors.ts';
import { serveStudio } from '../../shared/rpc.ts';
import type { EngineStudio } from '../studio.ts';
import { nodePort } from './message-port.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

/** The worker's side of startEngine: makes the studio, serves it to every port handed over, and closes it when told. */
export async function serveClients(
  host: Pick<MessagePort, 'on' | 'postMessage' | 'close'>,
  create: () => Promise<EngineStudio>,
): Promise<void> {
  const say = (message: FromWorker) => host.postMessage(message);
  const clients = new Set<MessagePort>();
  const studio = await create().catch((error: unknown) => {
    say({ kind: 'failed', error: toErrorPayload(error) });
    host.close();
  });
  if (!studio) return;
  host.on('message', async (message: ToWorker) => {
    if (message.kind === 'connect') {
      clients.add(message.port);
      message.port.on('close', () => clients.delete(message.port));
      serveStudio(nodePort(message.port), studio.handlers, studio.events);
      return;
    }
    for (const client of clients) client.close();
    await studio.close();
    say({ kind: 'closed' });
    host.close();
  });
  say({ kind: 'ready' });
}
