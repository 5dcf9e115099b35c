import { execFile } from 'node:child_process';
import { cp, link, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Configuration } from 'app-builder-lib/out/configuration.js';
import * as fileMatcher from 'app-builder-lib/out/fileMatcher.js';
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { DebugLogger } from 'builder-util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

const targets = [
  { name: 'linux', platform: 'linux', arch: 'x64' },
  { name: 'linux', platform: 'linux', arch: 'arm64' },
  { name: 'win', platform: 'win32', arch: 'x64' },
  { name: 'win', platform: 'win32', arch: 'arm64' },
  { name: 'mac', platform: 'darwin', arch: 'arm64' },
] as const;
type Target = (typeof targets)[number];

const config = () => getConfig(root, join(root, 'electron-builder.yml'), null);

type FileMatcher = fileMatcher.FileMatcher;

/** Left out of the packer's types. */
const { getNodeModuleFileMatcher } = fileMatcher as unknown as {
  getNodeModuleFileMatcher(
    appDir: string,
    destination: string,
    macroExpander: (pattern: string) => string,
    platformOptions: object,
    packager: { config: Configuration; debugLogger: DebugLogger },
  ): FileMatcher;
};

/** The packer's own rule for files of node_modules on a platform. */
async function moduleMatcher({ name, arch }: Target): Promise<FileMatcher> {
  const configuration = await config();
  const expand = (pattern: string) => pattern.replaceAll(/\$\{arch\}/g, arch);
  const packager = { config: configuration, debugLogger: new DebugLogger(false) };
  return getNodeModuleFileMatcher(root, root, expand, configuration[name] ?? {}, packager);
}

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })),
});

/** Folders of the packages that the product needs, relative to the root; those of other platforms are not installed. */
async function productionPackages(): Promise<string[]> {
  const lock = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const wanted = Object.keys(lock.packages).filter((path) => path !== '' && !lock.packages[path]?.dev);
  const there = await Promise.all(
    wanted.map((path) =>
      stat(join(root, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return wanted.filter((_path, i) => there[i]);
}

/** Files of the production packages, relative to the root, that the packer would take. */
async function packedModules(target: Target): Promise<string[]> {
  const takes = (await moduleMatcher(target)).createFilter();
  const packages = await productionPackages();
  const files = await Promise.all(
    packages.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => !path.slice(join(root, folder).length).includes('/node_modules/'));
    }),
  );
  const file = await stat(join(root, 'package.json'));
  return files
    .flat()
    .filter((path) => takes(path, file))
    .map((path) => path.slice(root.length));
}

describe('the package', () => {
  it('is described as the packer asks for', async () => {
    await validateConfiguration(await config(), new DebugLogger(false));
    const wrong = { ...(await config()), asarUnpakc: [] };
    await expect(validateConfiguration(wrong as never, new DebugLogger(false))).rejects.toThrow('asarUnpakc');
  });

  it('is made for Windows, macOS and Linux', async () => {
    const { win, mac, linux } = await config();
    expect([win?.target, mac?.target, linux?.target].every(Boolean)).toBe(true);
  });

  describe.each(targets)('for $platform $arch', (target) => {
    let files: string[];

    beforeAll(async () => {
      files = await packedModules(target);
    });

    it('has the runtime of its own platform and no other', () => {
      const runtimes = files.filter((file) => file.includes('/napi-v6/'));
      expect(runtimes.length).toBeGreaterThan(1);
      const own = `node_modules/onnxruntime-node/bin/napi-v6/${target.platform}/${target.arch}/`;
      expect(runtimes.filter((file) => !file.startsWith(own))).toEqual([]);
    });

    it('has no development file', () => {
      const development =
        /\.(map|[cm]?tsx?|md|markdown|flow|o|obj|cc|cpp|h|gypi?)$|\/(tests?|docs|examples?)\//;
      expect(files.filter((file) => development.test(file))).toEqual([]);
      expect(
        files.filter((file) => /^node_modules\/(tsx|@?esbuild|react|three|electron)\//.test(file)),
      ).toEqual([]);
    });
  });

  it('has the models that the engine runs, no weights that only training goes on from and no sample sheets', async () => {
    const options = { macroExpander: (pattern: string) => pattern, customBuildOptions: {} };
    const folders = { globalOutDir: join(root, 'dist'), defaultSrc: root };
    const matchers = fileMatcher.getFileMatchers(await config(), 'extraResources', '/', {
      ...options,
      ...folders,
    });
    const takes = matchers?.find(({ from }) => from === join(root, 'models'))?.createFilter();
    const file = await stat(join(root, 'package.json'));
    const packed = (name: string) => takes?.(join(root, 'models', name), file);
    expect(['manifest.json', 'encoder.onnx', 'parity/encoder.safetensors'].map(packed)).toEqual([
      true,
      true,
      true,
    ]);
    const others = ['training/gan.pt', 'training/encoder.pt', 'gan.pt', 'sheets/neural.jpg'];
    expect(others.filter(packed)).toEqual([]);
  });

  it.each(targets)("leaves out other platforms' picture libraries for $platform $arch", async (target) => {
    const takes = (await moduleMatcher(target)).createFilter();
    const file = await stat(join(root, 'package.json'));
    const system = (name: string) => /(darwin|win32|linuxmusl|linux)/.exec(name)?.[1];
    const all = ['sharp-darwin', 'sharp-win32', 'sharp-linux', 'sharp-linuxmusl']
      .concat(['sharp-libvips-darwin', 'sharp-libvips-linux', 'sharp-libvips-linuxmusl'])
      .map((name) => `@img/${name}-${target.arch}/lib/native`);
    const taken = all.filter((name) => takes(join(root, 'node_modules', name), file));
    expect(taken.length).toBeGreaterThan(0);
    expect(new Set(taken.map(system))).toEqual(new Set([target.platform]));
  });

  it('runs with what is in it: every module that the built engine imports can be loaded', async () => {
    const target = targets.find(
      ({ platform, arch }) => platform === process.platform && arch === process.arch,
    );
    if (!target) throw new Error(`the studio is not made for ${process.platform} ${process.arch}`);
    const folder = await mkdtemp(join(tmpdir(), 'turnaround-package-'));
    try {
      const files = await packedModules(target);
      await Promise.all(
        [...new Set(files.map(dirname))].map((dir) => mkdir(join(folder, dir), { recursive: true })),
      );
      await Promise.all(
        files.map((file) =>
          link(join(root, file), join(folder, file)).catch(() => cp(join(root, file), join(folder, file))),
        ),
      );
      await cp(join(root, 'out', 'main'), join(folder, 'out', 'main'), { recursive: true });
      await cp(join(root, 'package.json'), join(folder, 'package.json'));
      const built = await readdir(join(folder, 'out', 'main'), { recursive: true });
      const sources = await Promise.all(
        built
          .filter((name) => name.endsWith('.js'))
          .map((name) => readFile(join(folder, 'out', 'main', name), 'utf8')),
      );
      const imports = sources.flatMap((source) =>
        [...source.matchAll(/^(?:import|\} from)\b.*?["']([^"'.][^"']*)["'];?$/gm)].map(
          (found) => found[1] ?? '',
        ),
      );
      const modules = [...new Set(imports)].filter(
        (name) => name !== 'electron' && !name.startsWith('node:'),
      );
      expect(modules).toEqual(expect.arrayContaining(['sharp', 'onnxruntime-node', 'zod']));
      const script = modules.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
      await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

it('has every worker that the engine starts beside the built main script', async () => {
  const sources = await readdir(join(root, 'src', 'engine'), { recursive: true });
  const texts = await Promise.all(
    sources
      .filter((name) => name.endsWith('.ts') && !/(^|[/\\])test-|\.test\.ts$/.test(name))
      .map(async (name) =>
        (await readFile(join(root, 'src', 'engine', name), 'utf8')).replaceAll(/^ \*.*$/gm, ''),
      ),
  );
  const entries = texts.flatMap((text) =>
    text.includes('spawnWorker')
      ? [...text.matchAll(/new URL\('\.[^']*?([\w-]+)\.ts'/g)].map((found) => `${found[1]}.js`)
      : [],
  );
  const built = await readdir(join(root, 'out', 'main'));
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.filter((name) => !built.includes(name))).toEqual([]);
});
