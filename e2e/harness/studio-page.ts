import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import type { OpenHost } from './host.ts';

/** The studio as its user sees it: found by role and name only. */
export class StudioPage {
  readonly host: OpenHost;

  constructor(host: OpenHost) {
    this.host = host;
  }

  get page(): Page {
    return this.host.page;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  region(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  slider(name: string): Locator {
    return this.page.getByRole('slider', { name, exact: true });
  }

  get neuralPicture(): Locator {
    return this.page.getByRole('img', { name: 'The car drawn by the generator' });
  }

  /** Pixels across the picture of the neural view, which lies in the middle of a canvas twice as wide. */
  async neuralWidth(): Promise<number> {
    return Number(await this.neuralPicture.locator('canvas').getAttribute('width')) / 2;
  }

  get carName(): Promise<string> {
    return this.page.getByRole('textbox', { name: 'Name of the car' }).inputValue();
  }

  /** Waits until a car stands in the viewport and the generator has drawn it. */
  async ready(): Promise<void> {
    await this.neuralPicture.waitFor({ timeout: 60_000 });
    await this.region('3D viewport').locator('canvas').waitFor({ timeout: 60_000 });
    await this.idle();
  }

  async rename(name: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Name of the car' });
    await field.fill(name);
    await field.press('Enter');
    await this.idle();
  }

  /** Waits until no task is under way; what is asked for meanwhile is not done. */
  async idle(): Promise<void> {
    await eventually(() => this.button('New from photo').isEnabled(), 60_000);
  }

  async importPhoto(path: string): Promise<void> {
    await this.host.chooseFile(path, () => this.button('New from photo').click());
  }

  async menu(item: string | RegExp): Promise<void> {
    await this.button('Turnaround menu').click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  async azimuth(): Promise<number> {
    return Number(await this.slider('Azimuth').getAttribute('aria-valuenow'));
  }

  /** Drags a slider to and fro for some time; how many pictures a second the neural view then drew, as the pane says. */
  async neuralRateWhileDragging(slider: string, milliseconds: number): Promise<number> {
    const box = await this.slider(slider).boundingBox();
    if (!box) throw new Error(`${slider} is not in sight`);
    const { mouse } = this.page;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const rates: number[] = [];
    const timing = this.region('Neural view').getByText('pictures/s');
    await mouse.move(x, y);
    await mouse.down();
    const start = Date.now();
    for (let step = 0; Date.now() - start < milliseconds; step++) {
      await mouse.move(x + 40 * Math.sin(step / 12), y);
      if (Date.now() - start < milliseconds / 3 || step % 10 !== 0) continue;
      rates.push(Number.parseInt((await timing.allTextContents())[0] ?? '0', 10));
    }
    await mouse.up();
    return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0;
  }

  /** What a canvas shows, as PNG bytes. */
  async picture(of: Locator): Promise<Buffer> {
    await untilStill(of);
    return of.screenshot();
  }
}

/** Two equal screenshots in a row: whatever was under way has been drawn. */
async function untilStill(of: Locator): Promise<void> {
  let last = await of.screenshot();
  await eventually(async () => {
    const next = await of.screenshot();
    const still = next.equals(last);
    last = next;
    return still;
  });
}
