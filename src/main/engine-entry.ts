import { electronPort } from '../engine/host/message-port.ts';
import { createStudio, type StudioOptions } from '../engine/studio.ts';
import { serveStudio } from '../shared/rpc.ts';

/** The utility process: opens the studio that main's JSON argument describes and serves it to every port handed over. */
const options = JSON.parse(process.argv.at(-1) ?? '') as StudioOptions;
const studio = createStudio(options);

process.parentPort.on('message', async ({ data, ports }) => {
  const { handlers, events, close } = await studio;
  const [port] = ports;
  if (data === 'connect' && port) serveStudio(electronPort(port), handlers, events);
  if (data === 'close') {
    await close();
    process.exit(0);
  }
});
