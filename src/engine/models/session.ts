import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { StudioError } from '../../shared/errors.ts';
import type { Provider } from '../../shared/studio-api.ts';

/** A float32 tensor on its way into or out of a model. */
export interface ModelTensor {
  data: Float32Array;
  /** sizes, the batch first */
  dims: readonly number[];
}

export type ModelTensors = Record<string, ModelTensor>;

/** More threads than this no longer help models of this size. */
const threads = Math.min(4, availableParallelism());

/** One model opened on one execution provider. */
export class ModelSession {
  readonly provider: Provider;
  readonly #name: string;
  readonly #session: InferenceSession;

  private constructor(name: string, provider: Provider, session: InferenceSession) {
    this.#name = name;
    this.provider = provider;
    this.#session = session;
  }

  /** Throws whatever the runtime throws where the provider or the model can't be used. */
  static async open(name: string, model: Uint8Array, provider: Provider): Promise<ModelSession> {
    const session = await InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return new ModelSession(name, provider, session);
  }

  /** Runs the model; throws `model-failed`, or `model-not-finite` if an output holds NaN or infinity. */
  async run(feeds: ModelTensors): Promise<ModelTensors> {
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]),
    );
    const outputs = await this.#session.run(tensors).catch((cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw this.#failed(`failed: ${detail}`, cause);
    });
    const results: ModelTensors = {};
    for (const [name, { data, dims }] of Object.entries(outputs)) {
      if (!(data instanceof Float32Array)) throw this.#failed(`gave ${name} in another type than float32`);
      if (!allFinite(data)) {
        throw new StudioError(
          'model-not-finite',
          `The model ${this.#name} gave values of ${name} that are not finite (on ${this.provider}).`,
          this.provider === 'cpu'
            ? 'Try another photo or mask; if it happens again, report it with the log.'
            : 'Choose the cpu provider and try again.',
        );
      }
      results[name] = { data, dims };
    }
    return results;
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #failed(what: string, cause?: unknown): StudioError {
    return new StudioError(
      'model-failed',
      `The model ${this.#name} ${what} (on ${this.provider}).`,
      this.provider === 'cpu' ? 'Install Turnaround again.' : 'Choose the cpu provider and try again.',
      { cause },
    );
  }
}

/** True if there is neither NaN nor infinity: x - x is 0 for finite numbers and NaN for the others. */
function allFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] - data[i];
  return sum === 0;
}
