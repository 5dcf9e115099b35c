import type { ReconstructProgress } from '../shared/studio-api.ts';

type Stage = ReconstructProgress['stage'];

/** Times of the stages of a reconstruction, from the moments at which their progress is heard. */
export class StageClock {
  readonly #times = new Map<Stage, number>();
  readonly #now: () => number;
  #stage: Stage | null = null;
  #since = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  hear({ stage, fraction }: ReconstructProgress): void {
    if (stage !== this.#stage) this.#close();
    if (this.#stage === null) this.#since = this.#now();
    this.#stage = stage;
    if (fraction >= 1) this.#close();
  }

  /** Milliseconds spent in a stage; 0 if it was not entered. */
  milliseconds(stage: Stage): number {
    return this.#times.get(stage) ?? 0;
  }

  #close(): void {
    if (this.#stage === null) return;
    const spent = this.#now() - this.#since;
    this.#times.set(this.#stage, (this.#times.get(this.#stage) ?? 0) + spent);
    this.#stage = null;
  }
}
