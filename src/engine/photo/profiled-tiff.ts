/**
 * Wraps 8-bit RGB(A) pixels and their ICC profile in an uncompressed little-endian TIFF (baseline tags plus 34675), so
 * that sharp, which takes no profile beside raw pixels, converts them like any other file.
 */
export function profiledTiff(
  pixels: { width: number; height: number; channels: 3 | 4; data: Uint8Array },
  profile: Uint8Array,
): Uint8Array {
  const { width, height, channels, data } = pixels;
  const [short, long, undefinedBytes] = [3, 4, 7];
  const entries = channels === 4 ? 12 : 11;
  const bitsAt = 8 + 2 + entries * 12 + 4;
  const profileAt = bitsAt + 8;
  const dataAt = (profileAt + profile.length + 1) & ~1;
  const file = new Uint8Array(dataAt + data.length);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  view.setUint16(8, entries, true);
  let at = 10;
  const entry = (tag: number, type: number, count: number, value: number) => {
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    if (type === short && count === 1) view.setUint16(at + 8, value, true);
    else view.setUint32(at + 8, value, true);
    at += 12;
  };
  entry(256, long, 1, width);
  entry(257, long, 1, height);
  entry(258, short, channels, bitsAt);
  entry(259, short, 1, 1); // no compression
  entry(262, short, 1, 2); // RGB
  entry(273, long, 1, dataAt);
  entry(277, short, 1, channels);
  entry(278, long, 1, height); // one strip
  entry(279, long, 1, data.length);
  entry(284, short, 1, 1); // interleaved
  if (channels === 4) entry(338, short, 1, 2); // alpha, not premultiplied
  entry(34675, undefinedBytes, profile.length, profileAt);
  for (let channel = 0; channel < channels; channel++) view.setUint16(bitsAt + 2 * channel, 8, true);
  file.set(profile, profileAt);
  file.set(data, dataAt);
  return file;
}
