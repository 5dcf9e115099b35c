import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Rooms } from '../engine/studio/rooms.ts';
import { testRooms } from '../engine/studio/test-rooms.ts';
import { runCli } from './program.ts';
import { reportSchema } from './report.ts';

interface Ran {
  code: number;
  out: string[];
  err: string[];
}

/** The command line over test rooms, with a folder of its own for each test of the file that calls this. */
export function testCli() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnaround-cli-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function run(
    args: string[],
    rooms: Partial<Rooms> = {},
    signal = new AbortController().signal,
  ): Promise<Ran> {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCli(args, {
      print: (line) => out.push(line),
      error: (line) => err.push(line),
      signal,
      openRooms: async () => testRooms(rooms),
    });
    return { code, out, err };
  }

  async function save(name: string, bytes: Uint8Array | Promise<Uint8Array>): Promise<string> {
    const path = join(folder, name);
    writeFileSync(path, await bytes);
    return path;
  }

  const results = () => join(folder, 'results');
  const reconstruct = (
    photos: string[],
    options: string[] = ['--refine', 'off'],
    rooms: Partial<Rooms> = {},
  ) => run(['reconstruct', ...photos, '--out', results(), ...options], rooms);
  const read = (stem: string, name: string) => readFileSync(join(results(), stem, name));
  const report = (stem: string) =>
    reportSchema.strict().parse(JSON.parse(read(stem, 'report.json').toString()));

  return {
    get folder() {
      return folder;
    },
    run,
    save,
    results,
    reconstruct,
    read,
    report,
  };
}
