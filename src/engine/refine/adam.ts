/** Decay rates of the two moments. Short memories: a stage has only some tens of steps. */
const decay = { first: 0.85, second: 0.95 } as const;

/** The two running moments of a gradient (Kingma and Ba, 2015). */
class Moments {
  readonly first: Float64Array;
  readonly second: Float64Array;
  private steps = 0;

  constructor(length: number) {
    this.first = new Float64Array(length);
    this.second = new Float64Array(length);
  }

  /** Takes a gradient in; returns the factors that make the moments unbiased. */
  add(gradient: Float64Array): { first: number; second: number } {
    const { first, second } = this;
    for (let k = 0; k < first.length; k++) {
      const g = gradient[k];
      first[k] += (1 - decay.first) * (g - first[k]);
      second[k] += (1 - decay.second) * (g * g - second[k]);
    }
    this.steps++;
    return { first: 1 / (1 - decay.first ** this.steps), second: 1 / (1 - decay.second ** this.steps) };
  }
}

/** Adam on one flat vector with a rate for each number. */
export class Adam {
  private readonly moments: Moments;

  constructor(
    private readonly values: Float64Array,
    private readonly rates: Float64Array,
  ) {
    this.moments = new Moments(values.length);
  }

  /** Moves the values against the gradient; `share` scales all rates. */
  step(gradient: Float64Array, share: number): void {
    const { first, second } = this.moments;
    const unbiased = this.moments.add(gradient);
    for (let k = 0; k < this.values.length; k++) {
      const size = Math.sqrt(second[k] * unbiased.second);
      if (size > 0) this.values[k] -= (share * this.rates[k] * first[k] * unbiased.first) / size;
    }
  }
}

/**
 * Adam with one step size for the whole vector (the largest second moment), as Nicolet et al., "Large Steps in Inverse
 * Rendering of Geometry", 2021, use it on smoothed coordinates: vertices without a gradient of their own stay where their
 * neighbours carry them, instead of being moved by amplified noise.
 */
export class UniformAdam {
  private readonly moments: Moments;

  constructor(
    private readonly values: Float64Array,
    private readonly rate: number,
  ) {
    this.moments = new Moments(values.length);
  }

  step(gradient: Float64Array, share: number): void {
    const { first, second } = this.moments;
    const unbiased = this.moments.add(gradient);
    let largest = 0;
    for (let k = 0; k < second.length; k++) if (second[k] > largest) largest = second[k];
    if (!(largest > 0)) return;
    const scale = (share * this.rate * unbiased.first) / Math.sqrt(largest * unbiased.second);
    for (let k = 0; k < this.values.length; k++) this.values[k] -= scale * first[k];
  }
}
