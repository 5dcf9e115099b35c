import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { defaultDataDir, defaultModelsDir, packageVersion } from '../engine/host/paths.ts';
import type { Rooms } from '../engine/studio/rooms.ts';
import { type Provider, providers, usualIterations } from '../shared/studio-api.ts';
import type { CliContext } from './context.ts';
import { errorLine } from './error-line.ts';
import type { ExportOptions } from './export.ts';
import type { ReconstructOptions } from './reconstruct.ts';
import type { RefineOptions } from './refine.ts';
import type { RenderOptions } from './render.ts';

/** What the command line has of the outside world; tests give their own. */
export interface Surroundings extends Omit<CliContext, 'openRooms'> {
  openRooms(options: { modelsDir: string; provider: Provider | 'auto' }): Promise<Rooms>;
}

const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

interface EngineOptions {
  device: Provider | 'auto';
  models: string;
}

/** Runs one command line (without node and script) and returns its exit code. Commands are loaded when they are run. */
export async function runCli(args: readonly string[], around: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.done;
  const contextOf = ({ device, models }: EngineOptions): CliContext => ({
    ...around,
    openRooms: () => around.openRooms({ modelsDir: models, provider: device }),
  });

  const program = new Command('turnaround')
    .description('A photo of a car comes in; a textured, editable 3D car goes out.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.print(text.trimEnd()),
      writeErr: (text) => around.error(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'turnaround: ')),
    })
    .addHelpText('after', '\nExit codes: 0 all done, 1 something failed, 2 wrong usage, 130 interrupted.');

  withEngineOptions(program.command('reconstruct'))
    .description('Reconstruct the car of each photo into DIR/<name of the photo>/.')
    .argument('<photo...>', 'JPEG, PNG, WebP, AVIF, TIFF or HEIC')
    .option('--out <dir>', 'folder for the results', 'turnaround-out')
    .option('--mask <png>', 'mask of the photo (its size, white = car); with one photo only')
    .option('--refine <n|off>', 'iterations of the refinement', iterations, usualIterations)
    .option('--same-car', 'all photos show one car: fit it to all of them', false)
    .option('--views <k>', 'pictures of the neural view all around', integer(0, 360), 0)
    .option('--json', 'one line of JSON a photo on stdout and nothing else', false)
    .action(async (photos: string[], options: ReconstructOptions & EngineOptions, command: Command) => {
      if (options.mask !== undefined && photos.length > 1) {
        command.error('turnaround: --mask goes with one photo; run it once for each.');
      }
      if (options.sameCar && options.refine === 0) {
        command.error('turnaround: --same-car needs the refinement, which fits the car to all photos.');
      }
      const { reconstruct } = await import('./reconstruct.ts');
      exitCode = await reconstruct(contextOf(options), photos, options);
    });

  withEngineOptions(program.command('refine'))
    .description('Fit a reconstructed car closer to its photo and write its results anew.')
    .argument('<folder>', 'a folder that reconstruct wrote, or a .turnaround file')
    .option('--iterations <n>', 'steps of the refinement', integer(1, 2000), usualIterations)
    .option('--out <dir>', 'folder for the results; the given one by default')
    .option('--views <k>', 'pictures of the neural view all around', integer(0, 360), 0)
    .option('--json', 'one line of JSON on stdout and nothing else', false)
    .action(async (folder: string, options: RefineOptions & EngineOptions) => {
      const { refineCar } = await import('./refine.ts');
      exitCode = await attempt(around, folder, refineCar(contextOf(options), folder, options));
    });

  withEngineOptions(program.command('render'))
    .description('Draw a reconstructed car from any side, in the framing of the neural view.')
    .argument('<folder>', 'a folder that reconstruct wrote, or a .turnaround file')
    .option('--azimuth <degrees>', "0 front, 90 the car's left side; the photo's by default", finite)
    .option('--elevation <degrees>', "the photo's by default", inRange(-90, 90))
    .addOption(new Option('--mode <mode>', 'what draws').choices(['mesh', 'neural']).default('mesh'))
    .option('--size <pixels>', 'width and height', integer(16, 4096), 512)
    .requiredOption('--out <png>', 'picture to write')
    .action(async (folder: string, options: RenderOptions & EngineOptions) => {
      const { renderCar } = await import('./render.ts');
      exitCode = await attempt(around, folder, renderCar(contextOf(options), folder, options));
    });

  withEngineOptions(program.command('export'))
    .description('Write a reconstructed car as a GLB.')
    .argument('<folder>', 'a folder that reconstruct wrote, or a .turnaround file')
    .addOption(
      new Option('--light <light>', "albedo to be lit anew, or the photo's light baked in")
        .choices(['albedo', 'baked'])
        .default('albedo'),
    )
    .requiredOption('--out <glb>', 'file to write')
    .action(async (folder: string, options: ExportOptions & EngineOptions) => {
      const { exportCar } = await import('./export.ts');
      exitCode = await attempt(around, folder, exportCar(contextOf(options), folder, options));
    });

  withEngineOptions(program.command('serve'), 'begins on the CPU and takes a faster one that proves right')
    .description('Open the studio in a browser, served from this machine.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes any free one', integer(0, 65_535), 0)
    .option('--open', 'open the browser', false)
    .option('--data <dir>', 'folder of the library', defaultDataDir())
    .action(async (options: EngineOptions & { host: string; port: number; open: boolean; data: string }) => {
      const { runBrowserHost } = await import('../server/main.ts');
      const { host, port, open, data, models, device } = options;
      const { signal } = around;
      const work = runBrowserHost({
        ...{ host, port, open, dataDir: data, modelsDir: models, provider: device, signal },
      });
      exitCode = await attempt(around, 'serve', work);
    });

  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      around.error(errorLine('engine', error));
      return exitCodes.failed;
    }
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return exitCode;
}

/** The command line of this process: real models, stdout and stderr. */
export function realSurroundings(signal: AbortSignal): Surroundings {
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    signal,
    openRooms: async (options) => (await import('../engine/studio/open-rooms.ts')).openRooms(options),
  };
}

function withEngineOptions(command: Command, auto = 'is the CPU, which starts at once'): Command {
  return command
    .addOption(
      new Option('--device <provider>', `what runs the networks; auto ${auto}`)
        .choices(['auto', ...providers])
        .default('auto'),
    )
    .option('--models <dir>', 'folder of manifest.json and the models', defaultModelsDir())
    .exitOverride();
}

async function attempt(around: Surroundings, subject: string, work: Promise<void>): Promise<number> {
  try {
    await work;
    return exitCodes.done;
  } catch (error) {
    if (around.signal.aborted) {
      around.error('turnaround: interrupted; nothing was written.');
      return exitCodes.interrupted;
    }
    around.error(errorLine(subject, error));
    return exitCodes.failed;
  }
}

function finite(text: string): number {
  return inRange(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)(text);
}

function inRange(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
    if (value < low || value > high) throw new InvalidArgumentError(`It must be from ${low} to ${high}.`);
    return value;
  };
}

function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = inRange(low, high)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
    return value;
  };
}

function iterations(text: string): number {
  return text === 'off' ? 0 : integer(1, 2000)(text);
}
