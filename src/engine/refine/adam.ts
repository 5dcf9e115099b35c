/** Decay rates of the two moments. Short memories: a stage has only some tens of steps. */
const decay = { first: 0.85, second: 0.95 } as const;

/** Adam (Kingma and Ba, 2015) on one flat vector with a rate for each number. */
export class Adam {
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private steps = 0;

  constructor(
    private readonly values: Float64Array,
    private readonly rates: Float64Array,
  ) {
    this.first = new Float64Array(values.length);
    this.second = new Float64Array(values.length);
  }

  /** Moves the values against the gradient; `share` scales all rates. */
  step(gradient: Float64Array, share: number): void {
    this.steps++;
    const one = 1 - decay.first ** this.steps;
    const two = 1 - decay.second ** this.steps;
    for (let k = 0; k < this.values.length; k++) {
      const g = gradient[k];
      this.first[k] += (1 - decay.first) * (g - this.first[k]);
      this.second[k] += (1 - decay.second) * (g * g - this.second[k]);
      const size = Math.sqrt(this.second[k] / two);
      if (size > 0) this.values[k] -= (share * this.rates[k] * (this.first[k] / one)) / size;
    }
  }
}

/**
 * Adam with one step size for the whole vector (the largest second moment), as Nicolet et al., "Large Steps in Inverse
 * Rendering of Geometry", 2021, use it on smoothed coordinates: vertices without a gradient of their own stay where their
 * neighbours carry them, instead of being moved by amplified noise.
 */
export class UniformAdam {
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private steps = 0;

  constructor(
    private readonly values: Float64Array,
    private readonly rate: number,
  ) {
    this.first = new Float64Array(values.length);
    this.second = new Float64Array(values.length);
  }

  step(gradient: Float64Array, share: number): void {
    this.steps++;
    const one = 1 - decay.first ** this.steps;
    const two = 1 - decay.second ** this.steps;
    let largest = 0;
    for (let k = 0; k < this.values.length; k++) {
      const g = gradient[k];
      this.first[k] += (1 - decay.first) * (g - this.first[k]);
      this.second[k] += (1 - decay.second) * (g * g - this.second[k]);
      if (this.second[k] > largest) largest = this.second[k];
    }
    if (!(largest > 0)) return;
    const scale = (share * this.rate) / (one * Math.sqrt(largest / two));
    for (let k = 0; k < this.values.length; k++) this.values[k] -= scale * this.first[k];
  }
}
