import { serveEngine } from '../../src/main/serve-engine.ts';
import { StudioError } from '../../src/shared/errors.ts';

/** An engine that can't open its studio. */
serveEngine(process.parentPort, async () => {
  throw new StudioError('model-missing', 'The model encoder is missing.', 'Install Turnaround again.');
});
