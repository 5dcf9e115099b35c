/**
 * Weights of the loss whose gradients the shared vectors hold: loss = sum over k of weight_k x value_k with
 * colour [H, W, 3]: sin(1 + 7 k); mask [H, W]: cos(2 + 5 k); depth [H, W]: sin(3 + 11 k) / 4, where a face is.
 */
export function lossWeights(pixels: number): {
  colour: Float64Array;
  mask: Float64Array;
  depth: Float64Array;
} {
  return {
    colour: Float64Array.from({ length: 3 * pixels }, (_, k) => Math.sin(1 + 7 * k)),
    mask: Float64Array.from({ length: pixels }, (_, k) => Math.cos(2 + 5 * k)),
    depth: Float64Array.from({ length: pixels }, (_, k) => Math.sin(3 + 11 * k) / 4),
  };
}
