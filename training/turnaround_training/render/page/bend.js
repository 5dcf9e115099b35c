// The twin of ../bend.py: same names, same numbers. A test compares the two on stored points.

const HALF_WHEEL = 0.09;
const WHEEL_TOP = 0.15;
const DECK = 0.12;
const ROOF_STAYS = 0.7;
const SHORTEST = 0.02;

const clamp = (t) => Math.min(Math.max(t, 0), 1);

function smootherstep(raw) {
  const t = clamp(raw);
  return t * t * t * (10 + t * (6 * t - 15));
}

function bell(raw) {
  const t = clamp(raw);
  return 16 * t * t * (1 - t) * (1 - t);
}

function ramp(y) {
  const t = clamp((y - 0.12) / 0.1);
  return 0.1 * (t * t * t - 0.5 * t * t * t * t) + Math.max(y - 0.22, 0);
}

function stretchLength(z, p, low, high) {
  const pieces = [
    [low, p.axle_rear - HALF_WHEEL, p.rear_overhang],
    [p.axle_rear + HALF_WHEEL, p.axle_front - HALF_WHEEL, p.wheelbase],
    [p.axle_front + HALF_WHEEL, high, p.front_overhang],
  ];
  let result = z;
  for (const [start, end, amount] of pieces) {
    const length = Math.max(end - start, SHORTEST);
    result += amount * length * smootherstep((z - start) / length);
  }
  return result;
}

/**
 * Makes the bend of one car: (x, y, z, out) writes the bent point to out[0..2]. Lengths in L.
 * @param {Record<string, number>} p the parameters of bend.py
 * @param {[number[], number[]]} box lowest and highest corner of the unbent car
 */
export function makeBend(p, box) {
  const low = box[0][2];
  const [, top, high] = box[1];
  const belt = 0.55 * top;
  const start = stretchLength(low, p, low, high);
  const end = stretchLength(high, p, low, high);
  const scale = 1 / (end - start);
  return (x, y, z, out) => {
    const upper = smootherstep((y - belt) / (top - belt));
    const cabinFront = bell((z + 0.1) / (high + 0.1));
    const cabinRear = bell((z - low) / (0.1 - low));
    const bentZ =
      stretchLength(z, p, low, high) + upper * (p.cabin_front * cabinFront + p.cabin_rear * cabinRear);
    const deck = smootherstep((y - WHEEL_TOP) / DECK) * (1 - ROOF_STAYS * upper);
    const hood = smootherstep((z - 0.1) / 0.2);
    const trunk = smootherstep((-0.18 - z) / 0.2);
    const bentY = y + p.height * ramp(y) + deck * (p.hood_lift * hood + p.trunk_lift * trunk);
    const bentX =
      x *
      (1 + p.width) *
      (1 + p.tumblehome * upper) *
      (1 + p.taper_front * smootherstep(z / high)) *
      (1 + p.taper_rear * smootherstep(z / low));
    out[0] = bentX * scale;
    out[1] = bentY * scale;
    out[2] = (bentZ - 0.5 * (start + end)) * scale;
  };
}
