#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=1048576 node
// the settings are those of src/engine/host/frugal-malloc.ts
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `turnaround: Node ${process.versions.node} is too old. Install Node 20.19 or newer (https://nodejs.org).`,
  );
  process.exit(2);
}
await import('../src/engine/workers/register-tsx.mjs');
await import('../src/cli/main.ts');
