import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import type { Provider, Status } from '../../shared/studio-api.ts';
import type { Template } from '../../shared/template.ts';
import { readCheckedFile, readModelFile } from './checked-file.ts';
import { type Manifest, type ModelEntry, readManifest } from './manifest.ts';
import {
  candidateProviders,
  fastest,
  missingReason,
  type ParityPair,
  parityError,
  type Trial,
  tryProvider,
} from './providers.ts';
import { parseSafetensors } from './safetensors.ts';
import { ModelSession, type ModelTensors } from './session.ts';
import { parseTemplate } from './template.ts';
import { tryApart } from './try-apart.ts';

/** What the rooms that compute need of the store; tests put their own in its place. */
export interface ModelRunner {
  /** Runs a model of the manifest on float32 tensors named as there. */
  run(name: string, feeds: ModelTensors): Promise<ModelTensors>;
}

/** Model on which providers are timed: the one that runs at every step of a slider. */
const trialModel = 'generator';

/**
 * The learned models of a folder: checked against the manifest, opened when first needed, run on the chosen provider. A
 * provider other than the CPU is used for a model only after it has reproduced the model's stored output here.
 */
export class ModelStore implements ModelRunner {
  readonly manifest: Manifest;
  readonly #dir: string;
  readonly #sessions = new Map<string, Promise<ModelSession>>();
  readonly #trials = new Map<Provider, Trial>();
  readonly #trying = new Map<Provider, Promise<Trial>>();
  readonly #closing = new AbortController();
  #template: Promise<Template> | undefined;
  #provider: Provider = 'cpu';

  private constructor(dir: string, manifest: Manifest) {
    this.#dir = dir;
    this.manifest = manifest;
  }

  /**
   * Reads the manifest; no model is opened yet. With 'auto' the CPU serves at once, and `prove` and `setProvider` may be
   * called when there is time; any other provider is tried now and `provider-unavailable` is thrown if it fails.
   */
  static async open(modelsDir: string, provider: Provider | 'auto' = 'auto'): Promise<ModelStore> {
    const store = new ModelStore(modelsDir, await readManifest(modelsDir));
    if (provider !== 'auto') await store.setProvider(provider);
    return store;
  }

  get provider(): Provider {
    return this.#provider;
  }

  /** Every provider tried so far, with its time for one run of the generator or the reason it is not used. */
  get tried(): Trial[] {
    return [...this.#trials.values()];
  }

  /** The models of the manifest, as the status shows them. */
  async describe(): Promise<Status['models']> {
    return Promise.all(
      Object.entries(this.manifest.models).map(async ([name, { file, sha256, purpose }]) => {
        const bytes = await stat(join(this.#dir, file)).then(
          ({ size }) => size,
          () => 0,
        );
        return { name, file, sha256, purpose, bytes };
      }),
    );
  }

  /** The template mesh that the models were made for, checked like a model. */
  template(): Promise<Template> {
    this.#template ??= readCheckedFile(this.#dir, this.manifest.template).then((bytes) =>
      parseTemplate(bytes, this.manifest.template.file),
    );
    return this.#template;
  }

  async run(name: string, feeds: ModelTensors): Promise<ModelTensors> {
    return (await this.#session(name)).run(feeds);
  }

  /** How far a model's answer to its stored input is from the stored output, on the provider in use. */
  async check(name: string): Promise<{ error: number; tolerance: number }> {
    const pair = await this.#parity(name);
    return { error: parityError(pair, await this.run(name, pair.inputs)), tolerance: pair.tolerance };
  }

  /** Opens models before they are needed; all of the manifest without names. */
  async warmUp(names: readonly string[] = Object.keys(this.manifest.models)): Promise<void> {
    for (const name of names) {
      const session = await this.#session(name);
      await session.run((await this.#parity(name)).inputs);
    }
  }

  /**
   * Tries a provider, or all of this platform, each once; models may run meanwhile and nothing is switched. Resolves to the
   * provider, the fastest of those that proved right for 'auto'. Throws `provider-unavailable` if it does not prove right.
   */
  async prove(wanted: Provider | 'auto'): Promise<Provider> {
    if (wanted === 'auto') {
      for (const provider of candidateProviders(process.platform)) await this.#try(provider);
      return fastest(this.tried);
    }
    const trial = await this.#try(wanted);
    if (trial.milliseconds !== null) return wanted;
    throw new StudioError(
      'provider-unavailable',
      `The provider ${wanted} can't be used here: ${trial.reason}.`,
      'Choose auto or cpu.',
    );
  }

  /** Uses a provider from now on, once it is proven; no model may run meanwhile. Throws like `prove`, and keeps the old one. */
  async setProvider(wanted: Provider | 'auto'): Promise<void> {
    const provider = await this.prove(wanted);
    if (provider === this.#provider) return;
    await this.#release();
    this.#provider = provider;
  }

  /** Tries a provider in this process, with whatever its driver does to it. */
  async tryHere(provider: Provider): Promise<Trial> {
    const name = trialModel in this.manifest.models ? trialModel : Object.keys(this.manifest.models)[0];
    if (name === undefined) throw this.#unknownModel(trialModel);
    const model = await readCheckedFile(this.#dir, this.#entry(name));
    return tryProvider(provider, () => ModelSession.open(name, model, provider), await this.#parity(name));
  }

  /** Ends a trial under way and gives the memory of all sessions back. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#release();
  }

  async #release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await session.then((open) => open.release()).catch(() => undefined);
  }

  #try(provider: Provider): Promise<Trial> {
    let trying = this.#trying.get(provider);
    if (!trying) {
      trying = this.#tryOnce(provider).then((trial) => {
        this.#trials.set(provider, trial);
        return trial;
      });
      this.#trying.set(provider, trying);
    }
    return trying;
  }

  async #tryOnce(provider: Provider): Promise<Trial> {
    const reason = missingReason(provider);
    if (reason) return { provider, milliseconds: null, reason };
    if (provider === 'cpu') return this.tryHere(provider);
    return tryApart(this.#dir, provider, { signal: this.#closing.signal });
  }

  #session(name: string): Promise<ModelSession> {
    let session = this.#sessions.get(name);
    if (!session) {
      session = this.#openSession(name);
      this.#sessions.set(name, session);
      session.catch(() => this.#sessions.delete(name));
    }
    return session;
  }

  async #openSession(name: string): Promise<ModelSession> {
    const model = await readCheckedFile(this.#dir, this.#entry(name));
    if (this.#provider !== 'cpu') {
      const proven = await this.#provenSession(name, model);
      if (proven) return proven;
    }
    return ModelSession.open(name, model, 'cpu').catch((cause: unknown) => {
      throw new StudioError(
        'model-failed',
        `The model ${name} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Install Turnaround again.',
        { cause },
      );
    });
  }

  /** The model on the chosen provider; null, and the reason kept, if it does not give the stored output there. */
  async #provenSession(name: string, model: Uint8Array): Promise<ModelSession | null> {
    const provider = this.#provider;
    const pair = await this.#parity(name);
    let session: ModelSession | undefined;
    let reason: string;
    try {
      session = await ModelSession.open(name, model, provider);
      const error = parityError(pair, await session.run(pair.inputs));
      if (error <= pair.tolerance) return session;
      reason = `differs from its stored output by ${error.toPrecision(2)}`;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    await session?.release();
    const trial = this.#trials.get(provider);
    if (trial) this.#trials.set(provider, { ...trial, reason: `${name} stays on the CPU: ${reason}` });
    return null;
  }

  async #parity(name: string): Promise<ParityPair> {
    const entry = this.#entry(name);
    const { file, tolerance } = entry.parity;
    const { tensors } = parseSafetensors(await readModelFile(this.#dir, file), file);
    const pick = (wanted: ModelEntry['inputs']): ModelTensors =>
      Object.fromEntries(
        wanted.map((tensor) => {
          const stored = tensors.get(tensor.name);
          if (!(stored?.data instanceof Float32Array)) {
            throw new StudioError(
              'model-failed',
              `${file} has no float32 tensor ${tensor.name}.`,
              'Export the model again with training/.',
            );
          }
          return [tensor.name, { data: stored.data, dims: stored.shape }];
        }),
      );
    return { inputs: pick(entry.inputs), outputs: pick(entry.outputs), tolerance };
  }

  #entry(name: string): ModelEntry {
    const entry = this.manifest.models[name];
    if (!entry) throw this.#unknownModel(name);
    return entry;
  }

  #unknownModel(name: string): StudioError {
    return new StudioError(
      'model-missing',
      `manifest.json names no model ${name}.`,
      'Install Turnaround again, or point it at a complete set of models.',
    );
  }
}
