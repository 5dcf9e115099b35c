import { type Provider, providers } from '../../shared/studio-api.ts';
import { ModelStore } from './store.ts';

/** The process of tryApart: tries the provider of its arguments on the folder of models before it, tells, and ends. */
const [modelsDir = '', wanted] = process.argv.slice(2);
const isProvider = (name: string | undefined): name is Provider => providers.some((known) => known === name);
if (!isProvider(wanted))
  throw new Error(`trial-worker runs in a process of its own; see tryApart (${wanted})`);
process.once('disconnect', () => process.exit(1));
const store = await ModelStore.open(modelsDir);
process.send?.(await store.tryHere(wanted), () => process.exit(0));
