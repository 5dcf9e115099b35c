/** sRGB transfer function, IEC 61966-2-1, clipped to [0, 1]; NaN becomes 0. */
export function encodeSrgb(linear: number): number {
  if (!(linear > 0)) return 0;
  if (linear >= 1) return 1;
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** Slope of encodeSrgb where it gave `encoded` for `linear`; 0 where it clips. */
export function encodeSrgbSlope(linear: number, encoded: number): number {
  if (!(linear > 0) || linear >= 1) return 0;
  return linear <= 0.0031308 ? 12.92 : (encoded + 0.055) / (2.4 * linear);
}

/** Inverse of encodeSrgb for bytes: linear = table[byte]. */
export const srgbBytesToLinear: Float64Array = Float64Array.from({ length: 256 }, (_, byte) => {
  const encoded = byte / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
});
