#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `turnaround: Node ${process.versions.node} is too old. Install Node 20.19 or newer (https://nodejs.org).`,
  );
  process.exit(2);
}
await import('../src/engine/workers/register-tsx.mjs');
await import('../src/cli/main.ts');
