import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Params, Result, Studio } from '../../shared/studio-api.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useNeural } from '../state/neural.ts';
import { changeViewpoint, restMilliseconds, useView } from '../state/view.ts';
import { dollied, orbited } from '../state/view-math.ts';
import { testDocument } from '../test/test-document.ts';
import { requestNeuralPicture } from './neural.ts';

interface Asked extends Params<'neural.render'> {
  signal: AbortSignal | undefined;
  answer(): Promise<void>;
}

/** What the engine was asked, answered by hand; the picture's width tells the azimuth. */
let asked: Asked[];
let cars = 0;

const studio: Studio = {
  call: ((_name: string, params: Params<'neural.render'>, options: { signal?: AbortSignal }) =>
    new Promise<Result<'neural.render'>>((resolve) => {
      const picture = { width: params.azimuthDeg, height: 1, rgba: new Uint8Array(4), milliseconds: 1 };
      const answer = async () => {
        resolve({ ...picture, elevationDeg: params.elevationDeg });
        await vi.advanceTimersByTimeAsync(0);
      };
      asked.push({ ...params, signal: options.signal, answer });
    })) as Studio['call'],
  on: () => () => {},
};

const details = () => asked.map(({ azimuthDeg, detail }) => `${detail} ${azimuthDeg}`);
const shownAzimuth = () => useNeural.getState().picture?.width;

function newest(): Asked {
  const last = asked.at(-1);
  if (!last) throw new Error('nothing was asked for');
  return last;
}

function turn(degrees: number): void {
  changeViewpoint((v) => orbited(v, degrees, 0));
  requestNeuralPicture();
}

/** Each test begins with a car of its own, at rest at azimuth 40 and drawn in full. */
beforeEach(async () => {
  vi.useFakeTimers();
  asked = [];
  const document = { ...testDocument(), id: `car ${++cars}` };
  useConnection.setState({ phase: 'ready', studio });
  useDocument.setState({ document });
  useView.setState({ viewpoint: document.viewpoint });
  requestNeuralPicture();
  await vi.advanceTimersByTimeAsync(restMilliseconds);
  for (let i = 0; i < asked.length; i++) await asked[i].answer();
  expect(details().at(-1)).toBe('full 40');
  asked = [];
});

afterEach(() => vi.useRealTimers());

it('draws drafts while the view turns, and one full picture once it rests', async () => {
  turn(5);
  await newest().answer();
  await vi.advanceTimersByTimeAsync(restMilliseconds - 1);
  turn(5);
  await newest().answer();
  await vi.advanceTimersByTimeAsync(restMilliseconds - 1);
  expect(details()).toEqual(['draft 45', 'draft 50']);
  await vi.advanceTimersByTimeAsync(1);
  expect(details()).toEqual(['draft 45', 'draft 50', 'full 50']);
  await newest().answer();
  requestNeuralPicture();
  await vi.advanceTimersByTimeAsync(10 * restMilliseconds);
  expect(asked.length).toBe(3);
});

it('asks for the full picture after the draft that is under way when the view comes to rest', async () => {
  turn(5);
  await vi.advanceTimersByTimeAsync(restMilliseconds);
  expect(details()).toEqual(['draft 45']);
  await newest().answer();
  expect(details()).toEqual(['draft 45', 'full 45']);
});

it('gives a full picture up at once when the view turns on, and never shows it', async () => {
  turn(5);
  await newest().answer();
  await vi.advanceTimersByTimeAsync(restMilliseconds);
  const full = newest();
  turn(5);
  expect(full.signal?.aborted).toBe(true);
  expect(details()).toEqual(['draft 45', 'full 45', 'draft 50']);
  await newest().answer();
  await full.answer();
  expect(shownAzimuth()).toBe(50);
});

it('keeps the full picture while the view is only moved nearer', async () => {
  changeViewpoint((v) => dollied(v, 0.5, 4.4));
  requestNeuralPicture();
  await vi.advanceTimersByTimeAsync(restMilliseconds);
  expect(asked).toEqual([]);
});

it('draws another texture in full at once', () => {
  const document = useDocument.getState().document ?? testDocument();
  useDocument.setState({ document: { ...document, car: { ...document.car, texture: 'f'.repeat(64) } } });
  requestNeuralPicture();
  expect(details()).toEqual(['full 40']);
});
