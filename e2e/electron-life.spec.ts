import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindow, KeyboardEvent, MenuItem, MenuItemConstructorOptions } from 'electron';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { appDouble } from './electron-double/app.ts';
import { BrowserWindowDouble } from './electron-double/browser-window.ts';
import { desktop } from './electron-double/desktop.ts';
import { utilityProcesses } from './electron-double/utility-process.ts';
import { onBridge } from './harness/bridge.ts';
import { openElectronDouble, startMain } from './harness/electron-double-host.ts';
import { eventually } from './harness/eventually.ts';
import type { OpenHost } from './harness/host.ts';
import { brokenEngine, hungEngine, standInEngine } from './harness/stand-in-engines.ts';
import { StudioPage } from './harness/studio-page.ts';

function menuItems(items: MenuItemConstructorOptions[] = desktop.menu): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? menuItems(item.submenu) : [])]);
}

function choose(label: string): void {
  const item = menuItems().find((candidate) => candidate.label === label);
  if (!item?.click) throw new Error(`The menu has no ${label}`);
  item.click({} as MenuItem, {} as BrowserWindow, {} as KeyboardEvent);
}

/** A small disk that is full can be had where the specs may mount one. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

const engineProcess = () => {
  const child = utilityProcesses.all.at(-1);
  if (!child) throw new Error('main started no engine');
  return child;
};

describe('a running studio', () => {
  let host: OpenHost;
  let studio: StudioPage;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnaround-life-'));
    host = await openElectronDouble(undefined, standInEngine);
    studio = new StudioPage(host);
    await studio.ready();
  });

  afterAll(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('names the car in the title of the window', async () => {
    await eventually(async () => BrowserWindowDouble.all[0]?.title === 'Red saloon - Turnaround');
  });

  it('gives the file that was chosen, or null', async () => {
    const path = join(folder, 'photo.jpg');
    await writeFile(path, 'some bytes');
    desktop.openAnswer = [path];
    const open = () =>
      onBridge(host.page, async (bridge) => {
        const answer = await bridge.openFile('photo');
        if (answer.kind === 'failed') return answer.error;
        const file = answer.value;
        return file && [file.name, new TextDecoder().decode(file.bytes), file.bytes instanceof Uint8Array];
      });
    expect(await open()).toEqual(['photo.jpg', 'some bytes', true]);
    expect(desktop.openFilters?.[0]?.extensions).toContain('heic');
    desktop.openAnswer = [];
    expect(await open()).toBeNull();
    desktop.openAnswer = [join(folder, 'gone.jpg')];
    expect(await open()).toMatchObject({
      code: 'file-not-found',
      message: expect.stringContaining('gone.jpg'),
    });
    desktop.openAnswer = [folder];
    expect(await open()).toMatchObject({ code: 'file-not-readable', remedy: 'Choose a file in it.' });
    const huge = join(folder, 'huge.jpg');
    await writeFile(huge, '');
    await truncate(huge, 2 ** 30);
    desktop.openAnswer = [huge];
    expect(await open()).toMatchObject({
      code: 'file-not-readable',
      message: expect.stringContaining('1024 MB'),
    });
  });

  it('saves the whole file where the user says, or nothing', async () => {
    desktop.saveAnswer = join(folder, 'car.glb');
    const save = () =>
      onBridge(host.page, (bridge) => bridge.saveFile('../my car.glb', new Uint8Array([1, 2, 3])));
    expect(await save()).toEqual({ kind: 'done', value: true });
    expect([...(await readFile(desktop.saveAnswer))]).toEqual([1, 2, 3]);
    expect(desktop.saveName).toBe('my car.glb');
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
    desktop.saveAnswer = '';
    expect(await save()).toEqual({ kind: 'done', value: false });
    desktop.saveAnswer = join(folder, 'missing', 'car.glb');
    expect(await save()).toEqual({
      kind: 'failed',
      error: {
        code: 'file-not-writable',
        message: `${desktop.saveAnswer} could not be written: its folder is not there.`,
        remedy: 'Choose another folder, or make that one first.',
      },
    });
  });

  it.runIf(mayMount)(
    'says in the page that the disk is full, and leaves the file that was there',
    async (context) => {
      const disk = join(folder, 'disk');
      await mkdir(disk);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', disk], { stdio: 'ignore' });
      } catch {
        context.skip('mounting is not allowed here; file-errors.test.ts has the same by /dev/full');
      }
      try {
        desktop.saveAnswer = join(disk, 'car.glb');
        await writeFile(desktop.saveAnswer, 'old');
        await writeFile(join(disk, 'rest'), Buffer.alloc(4096));
        choose('Export GLB…');
        const told = studio.page.getByRole('alert').filter({ hasText: /The disk is full.*car\.glb/ });
        await told.getByText(/Free some space/).waitFor();
        expect(await readFile(desktop.saveAnswer, 'utf8')).toBe('old');
        expect((await readdir(disk)).sort()).toEqual(['car.glb', 'rest']);
        await studio.button('Dismiss').first().click();
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  it('does what its menu is asked for', async () => {
    choose('Keyboard Shortcuts');
    await studio.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await studio.page.keyboard.press('Escape');
    choose('Flip Front and Back');
    await studio.button('Undo Flip front and back').waitFor();
    choose('Undo');
    await studio.button('Redo Flip front and back').waitFor();
  });

  it('has only commands in its menu that the page knows', async () => {
    const failures: Error[] = [];
    host.page.on('pageerror', (error) => failures.push(error));
    desktop.openAnswer = [];
    desktop.saveAnswer = '';
    const labels = menuItems().flatMap((item) => (item.click && item.label ? [item.label] : []));
    expect(labels.length).toBeGreaterThan(10);
    expect(labels.at(-1)).toBe('Keyboard Shortcuts');
    for (const label of labels) choose(label);
    // its dialog is there: the page has heard all that came before it
    await studio.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(failures).toEqual([]);
    await host.page.reload();
    await studio.ready();
  });

  it('shows the keys in its menu that the page hears', async () => {
    const shown = menuItems().flatMap(({ label, accelerator }) =>
      label && accelerator ? [[label, accelerator]] : [],
    );
    expect(Object.fromEntries(shown)).toMatchObject({
      'New from Photo…': 'N',
      'Export GLB…': 'CmdOrCtrl+E',
      'Export Picture…': 'CmdOrCtrl+Shift+E',
      'Photo View': 'P',
    });
  });

  it('can load the page anew, as its messages tell', () => {
    expect(menuItems().map(({ role }) => role)).toContain('reload');
  });

  it('lets the page stop listening to the menu', async () => {
    await onBridge(host.page, (bridge) => {
      const heard: string[] = [];
      const stop = bridge.onMenuCommand((command) => {
        heard.push(command);
        stop();
      });
      Object.assign(globalThis, { heard });
    });
    choose('Show What Was Guessed');
    choose('Show What Was Guessed');
    choose('Keyboard Shortcuts');
    await studio.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await host.page.evaluate('heard')).toEqual(['toggle-guessed']);
  });

  it('comes to the front when it is started again', () => {
    const [window] = BrowserWindowDouble.all;
    if (!window) throw new Error('no window');
    window.minimized = true;
    appDouble.emit('second-instance');
    appDouble.emit('second-instance');
    expect([window.minimized, window.focused]).toEqual([false, 2]);
  });
});

describe('beginning and end', () => {
  const platform = process.platform;
  let host: OpenHost | null = null;

  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    desktop.dark = true;
    Object.defineProperty(process, 'platform', { value: platform });
    await host?.close();
    host = null;
  });

  it('leaves the work to the instance that runs already', async () => {
    const engines = utilityProcesses.all.length;
    await startMain(tmpdir(), { first: false });
    expect(appDouble.quitAsked).toBe(true);
    expect([BrowserWindowDouble.all.length, utilityProcesses.all.length - engines]).toEqual([0, 0]);
  });

  it('quits when its window is closed, after the engine has ended', async () => {
    host = await openElectronDouble(undefined, standInEngine);
    await new StudioPage(host).ready();
    const order: string[] = [];
    engineProcess().once('exit', (code) => order.push(`engine ${code}`));
    await BrowserWindowDouble.all[0]?.close();
    await appDouble.ended.then(() => order.push('app'));
    expect(order).toEqual(['engine 0', 'app']);
  });

  it('stays without a window on a Mac, and opens one again when asked', async () => {
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    host = await openElectronDouble(undefined, standInEngine);
    expect(desktop.menu[0]).toMatchObject({ role: 'appMenu' });
    // a Mac's menu would take plain letters from what is typed
    expect(menuItems().flatMap(({ accelerator }) => accelerator ?? [])).not.toContain('R');
    await BrowserWindowDouble.all[0]?.close();
    expect(appDouble.quitAsked).toBe(false);
    choose('Undo');
    appDouble.emit('second-instance');
    appDouble.emit('activate');
    expect(BrowserWindowDouble.all.length).toBe(1);
    appDouble.emit('activate');
    expect(BrowserWindowDouble.all.length).toBe(1);
    const page = await BrowserWindowDouble.all[0]?.opened;
    await page?.getByRole('img', { name: 'The car drawn by the generator' }).waitFor({ timeout: 60_000 });
  });

  it('says so and quits when the engine dies', async () => {
    host = await openElectronDouble(undefined, standInEngine);
    await new StudioPage(host).ready();
    desktop.errorBoxes = [];
    engineProcess().kill();
    await appDouble.ended;
    expect(desktop.errorBoxes).toEqual([
      { title: 'The engine stopped', content: expect.stringMatching(/ended with code .* car was saved/) },
    ]);
  });

  it('says what is wrong and quits when the studio can not be opened', async () => {
    desktop.errorBoxes = [];
    host = await openElectronDouble(undefined, brokenEngine);
    await appDouble.ended;
    expect(desktop.errorBoxes).toEqual([
      { title: 'The engine stopped', content: 'The model encoder is missing. Install Turnaround again.' },
    ]);
  });

  it('takes models and sample from the resources once it is installed, the library from TURNAROUND_DATA, and opens in the colours of the system', async () => {
    Object.defineProperty(process, 'resourcesPath', {
      value: '/opt/Turnaround/resources',
      configurable: true,
    });
    desktop.dark = false;
    vi.stubEnv('TURNAROUND_DATA', '/data/cars');
    await startMain(tmpdir(), { engine: standInEngine, packaged: true });
    await vi.waitUntil(() => BrowserWindowDouble.all.length > 0);
    expect(JSON.parse(engineProcess().args[0] ?? '')).toMatchObject({
      dataDir: '/data/cars',
      modelsDir: '/opt/Turnaround/resources/models',
      sampleProject: '/opt/Turnaround/resources/resources/sample.turnaround',
    });
    expect(BrowserWindowDouble.all[0]?.options.backgroundColor).toBe('#f4f4f5');
    appDouble.quit();
    await appDouble.ended;
  });

  it('ends an engine that hangs', async () => {
    host = await openElectronDouble(undefined, hungEngine);
    const { setTimeout } = globalThis;
    let patience = 0;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0) => {
      if (ms === 10_000) patience++;
      return setTimeout(run, ms === 10_000 ? 200 : ms);
    }) as typeof setTimeout);
    const gone = new Promise((resolve) => engineProcess().once('exit', resolve));
    appDouble.quit();
    await gone;
    expect(patience).toBeGreaterThan(0);
    await appDouble.ended;
  });
});
