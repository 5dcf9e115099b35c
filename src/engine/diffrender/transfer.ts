/** x^(5/12) = x^(1/4) x^(1/6) for 0 < x <= 1: a cube root by two steps of Halley's method costs a third of Math.pow. */
function fiveTwelfths(x: number): number {
  const half = Math.sqrt(x);
  const quarter = Math.sqrt(half);
  let cube = 0.138318 + (1.106861 - 0.250346 * quarter) * quarter;
  for (let step = 0; step < 2; step++) {
    const third = cube * cube * cube;
    cube *= (third + 2 * half) / (2 * third + half);
  }
  return quarter * cube;
}

/** sRGB transfer function, IEC 61966-2-1, clipped to [0, 1]; NaN becomes 0. */
export function encodeSrgb(linear: number): number {
  if (!(linear > 0)) return 0;
  if (linear >= 1) return 1;
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * fiveTwelfths(linear) - 0.055;
}

/** Slope of encodeSrgb where it gave `encoded` for `linear`; 0 where it clips. */
export function encodeSrgbSlope(linear: number, encoded: number): number {
  if (!(linear > 0) || linear >= 1) return 0;
  return linear <= 0.0031308 ? 12.92 : (encoded + 0.055) / (2.4 * linear);
}

/** Inverse of encodeSrgb for 0..1. */
export function decodeSrgb(encoded: number): number {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

/** decodeSrgb of bytes: linear = table[byte]. */
export const srgbBytesToLinear: Float64Array = Float64Array.from({ length: 256 }, (_, byte) =>
  decodeSrgb(byte / 255),
);
