import { realSurroundings, runCli } from './program.ts';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    interrupted.abort();
    // a second one ends at once
    process.once(name, () => process.exit(130));
  });
}
// a reader that has seen enough (head, less) is no failure: what still runs ends as by Ctrl-C and removes its library
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  interrupted.abort();
});
process.exitCode = await runCli(process.argv.slice(2), realSurroundings(interrupted.signal));
