/**
 * Solves the symmetric positive definite system [n, n] x = b by Cholesky decomposition; `matrix` is overwritten. A pivot
 * that vanishes leaves its unknown at 0.
 */
export function solvePositive(matrix: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j * n + j];
    for (let k = 0; k < j; k++) pivot -= matrix[j * n + k] ** 2;
    const root = pivot > 1e-14 * Math.abs(matrix[j * n + j]) ? Math.sqrt(pivot) : 0;
    matrix[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = root > 0 ? sum / root : 0;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= matrix[i * n + k] * x[k];
    x[i] = matrix[i * n + i] > 0 ? x[i] / matrix[i * n + i] : 0;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= matrix[k * n + i] * x[k];
    x[i] = matrix[i * n + i] > 0 ? x[i] / matrix[i * n + i] : 0;
  }
  return x;
}
