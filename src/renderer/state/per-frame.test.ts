import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { perFrame } from './per-frame.ts';

let frames: Map<number, () => void>;

function drawFrame(): void {
  const due = [...frames.values()];
  frames.clear();
  for (const call of due) call();
}

beforeEach(() => {
  frames = new Map();
  let last = 0;
  vi.stubGlobal('requestAnimationFrame', (call: () => void) => {
    frames.set(++last, call);
    return last;
  });
  vi.stubGlobal('cancelAnimationFrame', (id: number) => frames.delete(id));
});

afterEach(() => vi.unstubAllGlobals());

it('shows all that came between two frames at once, in order', () => {
  const show = vi.fn();
  const progress = perFrame<number>(show);
  progress.add(1);
  progress.add(2);
  expect(show).not.toHaveBeenCalled();
  drawFrame();
  drawFrame();
  progress.add(3);
  drawFrame();
  expect(show.mock.calls).toEqual([[[1, 2]], [[3]]]);
});

it('shows at once what was left when it ends, and nothing twice', () => {
  const show = vi.fn();
  const progress = perFrame<number>(show);
  progress.add(1);
  progress.flush();
  drawFrame();
  progress.flush();
  expect(show.mock.calls).toEqual([[[1]]]);
});
