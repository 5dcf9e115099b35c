/**
 * The light [9, 3] in the space of a car that is taken to face another way, its azimuth grown by `radians`: camera and light
 * stay, car space turns about +Y, so a direction at angle t (from +Z towards +X) becomes one at t + radians. Exact for
 * order 2.
 */
export function turnLight(light: ArrayLike<number>, radians: number): Float32Array {
  const turned = Float32Array.from(light);
  const [s, c] = [Math.sin(radians), Math.cos(radians)];
  for (let channel = 0; channel < 3; channel++) {
    const at = (k: number) => light[3 * k + channel];
    // order 1: the vector (x, z) of coefficients 3 and 2
    turned[9 + channel] = c * at(3) + s * at(2);
    turned[6 + channel] = c * at(2) - s * at(3);
    // order 2: coefficients of xy and yz turn alike
    turned[12 + channel] = c * at(4) + s * at(5);
    turned[15 + channel] = c * at(5) - s * at(4);
    // the rest as a quadratic form a x^2 + b y^2 + d z^2 + e xz without trace
    const [k6, k7, k8] = [0.315392, 1.092548, 0.546274];
    const a = k8 * at(8) - k6 * at(6);
    const b = -k8 * at(8) - k6 * at(6);
    const d = 2 * k6 * at(6);
    const e = k7 * at(7);
    // with x = c x' - s z' and z = s x' + c z'
    const a2 = a * c * c + d * s * s + e * s * c;
    const d2 = a * s * s + d * c * c - e * s * c;
    const e2 = 2 * (d - a) * s * c + e * (c * c - s * s);
    turned[18 + channel] = d2 / (2 * k6);
    turned[21 + channel] = e2 / k7;
    turned[24 + channel] = (a2 - b) / (2 * k8);
  }
  return turned;
}
