import { realSurroundings, runCli } from './program.ts';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    interrupted.abort();
    // a second one ends at once
    process.once(name, () => process.exit(130));
  });
}
process.exitCode = await runCli(process.argv.slice(2), realSurroundings(interrupted.signal));
