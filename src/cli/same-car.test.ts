import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RefineRequest } from '../engine/studio/rooms.ts';
import { testPhoto, testRooms } from '../engine/studio/test-rooms.ts';
import { testCli } from './test-cli.ts';

const cli = testCli();
const { save, results, reconstruct } = cli;

describe('reconstruct --same-car', () => {
  it('fits one car to all photos, textures it from all of them, and writes one folder', async () => {
    const photos = [await save('a.png', testPhoto()), await save('b.png', testPhoto())];
    const requests: RefineRequest[] = [];
    const textured: number[] = [];
    const fittedAzimuth = 77;
    const { code, err } = await reconstruct(photos, ['--same-car', '--refine', '2'], {
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
    expect(readdirSync(results())).toEqual(['a']);
    expect(requests).toHaveLength(1);
    expect(requests[0].others?.map(({ photo }) => photo.width)).toEqual([320]);
    expect(textured).toEqual([fittedAzimuth]);
  });

  it('names the photo that shows no car or can not be read, once, and refuses to go without a refinement', async () => {
    const photos = [await save('a.png', testPhoto()), await save('empty.png', testPhoto([]))];
    const none = await reconstruct(photos, ['--same-car']);
    expect(none).toMatchObject({ code: 1, err: [expect.stringContaining('a.png: empty.png: No car')] });
    const text = await save('text.jpg', new TextEncoder().encode('hello'));
    const unread = await reconstruct([photos[0], text], ['--same-car']);
    expect(unread).toMatchObject({ code: 1, err: [expect.stringContaining('a.png: text.jpg is not')] });
    const missing = await reconstruct([photos[0], join(cli.folder, 'none.jpg')], ['--same-car']);
    expect(missing).toMatchObject({
      code: 1,
      err: [expect.stringContaining(`a.png: ${cli.folder}/none.jpg can't be read`)],
    });
    const still = await reconstruct(photos, ['--same-car', '--refine', 'off']);
    expect(still).toMatchObject({ code: 2, err: [expect.stringContaining('--same-car')] });
  });
});
