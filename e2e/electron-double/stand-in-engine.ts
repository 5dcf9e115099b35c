import { serveEngine } from '../../src/main/serve-engine.ts';
import { createFakeStudio } from '../../src/renderer/test/fake-studio.ts';

/** An engine for specs that need none of its computing: serves the page's fake studio as the real entry serves the real one. */
serveEngine(process.parentPort, async () => {
  const { handlers, events } = await createFakeStudio();
  return { handlers, events, close: async () => {} };
});
