import { basename, extname } from 'node:path';
import { openBrowserHost } from '../e2e/harness/browser-host.ts';
import build from '../e2e/harness/build.ts';
import { eventually } from '../e2e/harness/eventually.ts';
import { StudioPage } from '../e2e/harness/studio-page.ts';

export interface InPage {
  /** ms after the press of Refine */
  first: number;
  gap: number;
  last: number;
  proposal: number;
  pictures: number;
}

/** Refines a photo in the browser host, the second time over, and says when the page had drawn each picture it was told. */
export async function refineInPage(photo: string): Promise<InPage> {
  await build();
  const host = await openBrowserHost();
  try {
    const studio = new StudioPage(host);
    await studio.ready();
    await studio.importPhoto(photo);
    await eventually(async () => (await studio.carName) === basename(photo, extname(photo)), 60_000);
    await studio.ready();
    const refine = async () => {
      const drawn = host.page.evaluate(whenDrawn);
      await studio.button('Refine').click();
      const times = await drawn;
      await studio.button('Discard').click();
      await studio.button('Refine').waitFor();
      return times;
    };
    await refine();
    const { pictures, proposal } = await refine();
    const gaps = pictures.slice(1).map((at, k) => at - pictures[k]);
    return {
      first: pictures[0],
      gap: Math.max(...gaps),
      last: pictures.at(-1) ?? Number.NaN,
      proposal,
      pictures: pictures.length,
    };
  } finally {
    await host.close();
  }
}

/**
 * In the page: waits for a press of Refine, then for the frame after each iteration that is told, until there is a proposal.
 * No function in it has a name: what names functions stays behind in Node.
 */
function whenDrawn(): Promise<{ pictures: number[]; proposal: number }> {
  return new Promise((resolve) => {
    const pictures: number[] = [];
    let pressed = 0;
    let told = '';
    document.addEventListener('pointerdown', () => {
      pressed ||= performance.now();
    });
    new MutationObserver((_changes, watch) => {
      const text = document.body.textContent ?? '';
      const iteration = /Iteration\s*(\d+) \/ \d+/.exec(text)?.[1] ?? '';
      if (iteration && iteration !== told) {
        told = iteration;
        requestAnimationFrame(() => requestAnimationFrame(() => pictures.push(performance.now() - pressed)));
      }
      if (!text.includes('Nothing is replaced until')) return;
      watch.disconnect();
      const proposal = performance.now() - pressed;
      setTimeout(() => resolve({ pictures, proposal }), 500);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}
