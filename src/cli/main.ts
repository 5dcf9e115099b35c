import { realSurroundings, runCli } from './program.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
  // a second Ctrl-C ends at once
  process.once('SIGINT', () => process.exit(130));
});
process.exitCode = await runCli(process.argv.slice(2), realSurroundings(interrupted.signal));
