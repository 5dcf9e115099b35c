/**
 * Measures the differentiable renderer: `npm run bench:diffrender` writes bench/DIFFRENDER.md and bench/diffrender-cost.svg. Beside
 * it, in turns, run the training renderer in C++ (where training/.venv is there) and Mitsuba 3 (where MITSUBA_PYTHON names a Python
 * that has it).
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openParallelRenderer, plainRenderer, type Renderer } from '../src/engine/diffrender/index.ts';
import { type Curve, type Point, plot, steepest } from './diffrender-plot.ts';
import { type BenchScene, benchScene } from './diffrender-scene.ts';

interface Times {
  min: number;
  median: number;
  max: number;
}

const run = promisify(execFile);
const repository = fileURLToPath(new URL('..', import.meta.url));
const python = join(repository, 'training/.venv/bin/python');
const mitsubaPython = process.env.MITSUBA_PYTHON;
const rounds = 6;

function summarise(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted[sorted.length - 1] };
}

/** Minimum of the minima, median of the medians, maximum of the maxima. */
function together(parts: readonly Times[]): Times {
  return {
    min: Math.min(...parts.map((part) => part.min)),
    median: summarise(parts.map((part) => part.median)).median,
    max: Math.max(...parts.map((part) => part.max)),
  };
}

/** One picture after another, forward and backward, as an optimiser does; the first ones warm up. */
function timed(renderer: Renderer, bench: BenchScene, runs: number, warmUp: number): Times {
  const times: number[] = [];
  for (let k = -warmUp; k < runs; k++) {
    const start = performance.now();
    renderer.render(bench.scene, bench.buffers);
    renderer.renderBackward(bench.scene, bench.buffers, bench.picture, bench.gradients);
    if (k >= 0) times.push(performance.now() - start);
  }
  return summarise(times);
}

async function trainingRenderer(): Promise<Times> {
  const args = ['-m', 'turnaround_training.renderer.bench', '--runs', '100'];
  const { stdout } = await run(python, args, { cwd: join(repository, 'training') });
  return JSON.parse(stdout) as Times;
}

/** A scene as bench/diffrender-mitsuba.py reads it. */
function writeMesh(file: string, { scene }: BenchScene): void {
  const rows = <T>(values: ArrayLike<T>, n: number): T[][] =>
    Array.from({ length: values.length / n }, (_, row) =>
      Array.from({ length: n }, (_, k) => values[n * row + k]),
    );
  const eye = [Math.sin(1) * Math.cos(0.2), Math.sin(0.2), Math.cos(1) * Math.cos(0.2)].map((x) => 2.4 * x);
  const uv = rows(rows(scene.surface?.uv ?? [], 2), 3);
  const mesh = { vertices: rows(scene.vertices, 3), faces: rows(scene.topology.faces, 3), uv, eye };
  writeFileSync(file, JSON.stringify({ ...mesh, size: scene.width }));
}

async function mitsuba(interpreter: string, mesh: string): Promise<Times> {
  const { stdout } = await run(interpreter, [join(repository, 'bench/diffrender-mitsuba.py'), mesh, '5']);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{"version"'))) as Times;
}

/** Names of what was measured side by side, in the report's order. */
const contestants = {
  one: 'src/engine/diffrender, one thread',
  two: 'src/engine/diffrender, two threads',
  training: 'training renderer, C++, one thread (float32, autograd included)',
  mitsuba:
    'Mitsuba 3, LLVM, one thread, projective sampling of the primary boundary, 4 samples a pixel, constant light',
} as const;

async function sideBySide(): Promise<Partial<Record<keyof typeof contestants, Times>>> {
  const parts: Partial<Record<keyof typeof contestants, Times[]>> = {};
  const add = (name: keyof typeof contestants, times: Times) => {
    parts[name] = [...(parts[name] ?? []), times];
  };
  const bench = benchScene(256, 4);
  const parallel = await openParallelRenderer(2);
  const folder = mkdtempSync(join(tmpdir(), 'turnaround-bench-'));
  const mesh = join(folder, 'mesh.json');
  writeMesh(mesh, bench);
  for (let round = 0; round < rounds; round++) {
    add('one', timed(plainRenderer, bench, 150, 40));
    add('two', timed(parallel, bench, 150, 40));
    if (existsSync(python)) add('training', await trainingRenderer());
    if (mitsubaPython) add('mitsuba', await mitsuba(mitsubaPython, mesh));
  }
  rmSync(folder, { recursive: true });
  await parallel.close();
  return Object.fromEntries(Object.entries(parts).map(([name, times]) => [name, together(times)]));
}

function curve(label: string, settings: readonly (readonly [number, number, number])[]): Curve {
  const points = settings.map(([x, size, level]): Point => {
    const bench = benchScene(size, level);
    const first = timed(plainRenderer, bench, 1, 2).min;
    const runs = Math.max(5, Math.min(150, Math.round(1000 / first)));
    return { x, y: timed(plainRenderer, bench, runs, runs >> 2).min };
  });
  return { label, points };
}

const ms = (value: number) => value.toFixed(value < 100 ? 2 : 0);

function report(times: Partial<Record<keyof typeof contestants, Times>>, curves: readonly Curve[]): string {
  const rows = Object.entries(contestants).flatMap(([key, name]) => {
    const t = times[key as keyof typeof contestants];
    return t ? [`| ${name} | ${ms(t.min)} | ${ms(t.median)} | ${ms(t.max)} |`] : [];
  });
  const ratio = (a: Times | undefined, b: Times | undefined) => (a && b ? (a.min / b.min).toFixed(2) : '-');
  const tables = curves.map(
    ({ label, points }) =>
      `| ${label} | ms (least) |\n|---|---|\n${points.map((p) => `| ${p.x.toLocaleString('en')} | ${ms(p.y)} |`).join('\n')}\n\nSteepest step: the time grew ${steepest(points).toFixed(2)} times as fast as the size (1 is linear).`,
  );
  return `# The differentiable renderer's speed

Written by \`npm run bench:diffrender\`${mitsubaPython ? ' with MITSUBA_PYTHON set' : ''} on ${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node},
${new Date().toISOString().slice(0, 10)}. Others use the machine too, which only ever adds time: ratios are of the least times.

## Side by side
Forward and backward, 256 x 256 pixels, 2562 vertices, 5120 faces; soft silhouette of the nearest face, texture of 256 x 256 texels,
harmonic light, all gradients (bench/diffrender-scene.ts). ${rounds} rounds in turns; milliseconds.

| renderer | least | median | most |
|---|---|---|---|
${rows.join('\n')}

| ratio of the least times | seen | demanded |
|---|---|---|
| one thread / training renderer | ${ratio(times.one, times.training)} | at most 3 |
| one thread / two threads | ${ratio(times.one, times.two)} | at least 1.7 |
| Mitsuba / one thread | ${ratio(times.mitsuba, times.one)} | more than 1 |

Mitsuba (\`pip install mitsuba\` into an environment of its own, MITSUBA_PYTHON=ITS/bin/python, DRJIT_LIBLLVM_PATH=libLLVM.so.19.1: LLVM 15
can't compile its code for this processor) has its cheapest settings that still give gradients of visibility. PyTorch3D is missing: it publishes no package that pip can
install without compiling it.

## Cost
One thread, forward and backward. ![cost against pixels and faces](diffrender-cost.svg)

${tables.join('\n\n')}
`;
}

const times = await sideBySide();
const curves = [
  curve(
    'pixels (5,120 faces)',
    [64, 128, 256, 512, 1024].map((size) => [size * size, size, 4] as const),
  ),
  curve(
    'faces (256 x 256 pixels)',
    [2, 3, 4, 5, 6].map((level) => [20 * 4 ** level, 256, level] as const),
  ),
];
writeFileSync(join(repository, 'bench/diffrender-cost.svg'), plot(curves));
const text = report(times, curves);
writeFileSync(join(repository, 'bench/DIFFRENDER.md'), text);
process.stdout.write(text);
