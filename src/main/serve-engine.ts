import type { ParentPort } from 'electron';
import { electronPort } from '../engine/host/message-port.ts';
import type { EngineStudio } from '../engine/studio.ts';
import { toErrorPayload } from '../shared/errors.ts';
import { serveStudio } from '../shared/rpc.ts';

/**
 * The utility process's side of forkEngine: opens the studio and serves it to every port handed over. A studio that
 * can't be opened is told to main as an ErrorPayload; main then asks this process to end.
 */
export function serveEngine(
  main: Pick<ParentPort, 'on' | 'postMessage'>,
  open: () => Promise<EngineStudio>,
): void {
  const opening = open().catch((error: unknown) => {
    main.postMessage(toErrorPayload(error));
    return null;
  });
  main.on('message', async ({ data, ports: [port] }) => {
    const studio = await opening;
    if (data === 'connect' && port && studio) serveStudio(electronPort(port), studio.handlers, studio.events);
    if (data === 'close') {
      await studio?.close();
      process.exit(0);
    }
  });
}
