import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import type { Provider } from '../../shared/studio-api.ts';
import type { ModelSession, ModelTensors } from './session.ts';

/** The outcome of trying a provider: the time of one run of the trial model, or why it is not used. */
export interface Trial {
  provider: Provider;
  milliseconds: number | null;
  reason: string | null;
}

/** A stored input and output of a model. */
export interface ParityPair {
  inputs: ModelTensors;
  outputs: ModelTensors;
  /** largest absolute difference that counts as the same */
  tolerance: number;
}

/** Providers worth trying on a platform, the likely fastest first; the CPU is always the last. */
export function candidateProviders(platform: NodeJS.Platform): Provider[] {
  const byPlatform: Partial<Record<NodeJS.Platform, Provider[]>> = {
    win32: ['dml', 'webgpu'],
    darwin: ['coreml', 'webgpu'],
    linux: ['cuda', 'webgpu'],
  };
  return [...(byPlatform[platform] ?? []), 'cpu'];
}

/** Why this build of the runtime lacks a provider; null if it has it. */
export function missingReason(provider: Provider): string | null {
  const backend = listSupportedBackends().find(({ name }) => name === provider);
  if (!backend) return 'not a part of the runtime on this platform';
  if (backend.bundled || provider !== 'cuda') return null;
  const library = join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node')),
    `../bin/napi-v6/linux/${process.arch}/libonnxruntime_providers_cuda.so`,
  );
  return existsSync(library) ? null : 'the CUDA libraries of onnxruntime are not installed';
}

/** The largest absolute difference from the stored outputs; infinite if one is missing or has another size. */
export function parityError(pair: ParityPair, answer: ModelTensors): number {
  let worst = 0;
  for (const [name, expected] of Object.entries(pair.outputs)) {
    const got = answer[name];
    if (!got || got.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < got.data.length; i++) {
      worst = Math.max(worst, Math.abs(got.data[i] - expected.data[i]));
    }
  }
  return worst;
}

/** A first run that takes longer (milliseconds) than any compiler of shaders is a software adapter: it isn't repeated. */
const patience = 5000;

/** Runs the stored pair through a session: the first run must reproduce it, the median of the next three is the time. */
export async function tryProvider(
  provider: Provider,
  open: () => Promise<ModelSession>,
  pair: ParityPair,
): Promise<Trial> {
  const refuse = (reason: string): Trial => ({ provider, milliseconds: null, reason });
  let session: ModelSession | undefined;
  try {
    session = await open();
    const begun = performance.now();
    const error = parityError(pair, await session.run(pair.inputs));
    const first = performance.now() - begun;
    if (!(error <= pair.tolerance)) {
      return refuse(`differs from the stored output by ${error.toPrecision(2)}, more than ${pair.tolerance}`);
    }
    if (first > patience) return { provider, milliseconds: first, reason: null };
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      await session.run(pair.inputs);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return { provider, milliseconds: times[1], reason: null };
  } catch (error) {
    return refuse(firstLine(error));
  } finally {
    await session?.release();
  }
}

/** The fastest provider that proved right; the CPU if none did. */
export function fastest(trials: readonly Trial[]): Provider {
  let best: Trial | undefined;
  for (const trial of trials) {
    if (trial.milliseconds === null) continue;
    if (!best || trial.milliseconds < (best.milliseconds ?? Number.POSITIVE_INFINITY)) best = trial;
  }
  return best?.provider ?? 'cpu';
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // the runtime begins with the failed assertion of its source
  return text
    .split('\n')[0]
    .replace(/^.* was false\. /, '')
    .slice(0, 300);
}
