/** Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015. */
export class Adam {
  private readonly mean: Float64Array;
  private readonly square: Float64Array;
  private steps = 0;

  constructor(
    length: number,
    private readonly rate: number,
    /** gradients much smaller than this move next to nothing */
    private readonly floor: number,
  ) {
    this.mean = new Float64Array(length);
    this.square = new Float64Array(length);
  }

  /** Moves values against their gradient, which may be longer. */
  step(values: Float64Array, gradient: Float64Array): void {
    this.steps++;
    const [m, s] = [1 - 0.9 ** this.steps, 1 - 0.99 ** this.steps];
    for (let k = 0; k < values.length; k++) {
      this.mean[k] += 0.1 * (gradient[k] - this.mean[k]);
      this.square[k] += 0.01 * (gradient[k] ** 2 - this.square[k]);
      values[k] -= (this.rate * this.mean[k]) / m / (Math.sqrt(this.square[k] / s) + this.floor);
    }
  }
}
