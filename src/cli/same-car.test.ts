import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RefineRequest, Rooms } from '../engine/studio/rooms.ts';
import { testPhoto, testRooms } from '../engine/studio/test-rooms.ts';
import { runCli } from './program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-same-car-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: string[], rooms: Partial<Rooms> = {}) {
  const err: string[] = [];
  const code = await runCli(['reconstruct', ...args, '--out', join(folder, 'out')], {
    print: () => {},
    error: (line) => err.push(line),
    signal: new AbortController().signal,
    openRooms: async () => testRooms(rooms),
  });
  return { code, err };
}

async function save(name: string, bytes: Promise<Uint8Array>): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await bytes);
  return path;
}

describe('reconstruct --same-car', () => {
  it('fits one car to all photos, textures it from all of them, and writes one folder', async () => {
    const photos = [await save('a.png', testPhoto()), await save('b.png', testPhoto())];
    const requests: RefineRequest[] = [];
    const textured: number[] = [];
    const fittedAzimuth = 77;
    const { code, err } = await run([...photos, '--same-car', '--refine', '2'], {
      refine: async (request) => {
        requests.push(request);
        const outcome = await testRooms().refine(request);
        const others = request.others?.map(({ viewpoint, light }) => ({
          viewpoint: { ...viewpoint, azimuthDeg: fittedAzimuth },
          light,
        }));
        return { ...outcome, ...(others ? { others } : {}) };
      },
      textureCar: async (photo, mask, pose, signal, more) => {
        textured.push(...(more?.others?.map(({ viewpoint }) => viewpoint.azimuthDeg) ?? []));
        return testRooms().textureCar(photo, mask, pose, signal);
      },
    });
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(readdirSync(join(folder, 'out'))).toEqual(['a']);
    expect(requests).toHaveLength(1);
    expect(requests[0].others?.map(({ photo }) => photo.width)).toEqual([320]);
    expect(textured).toEqual([fittedAzimuth]);
  });

  it('names the photo that shows no car, and refuses to go without a refinement', async () => {
    const photos = [await save('a.png', testPhoto()), await save('empty.png', testPhoto([]))];
    const none = await run([...photos, '--same-car']);
    expect(none).toMatchObject({ code: 1, err: [expect.stringContaining('empty.png: ')] });
    const still = await run([...photos, '--same-car', '--refine', 'off']);
    expect(still).toMatchObject({ code: 2, err: [expect.stringContaining('--same-car')] });
  });
});
