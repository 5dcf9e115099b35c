/**
 * A JPEG or PNG without what tells where, when, by whom and with what it was made (EXIF with its GPS position and preview,
 * JFIF's small preview, XMP, IPTC, comments, further pictures after the end); its pixels are untouched. null where its structure can't be followed.
 */
export function stripMetadata(bytes: Uint8Array): Uint8Array | null {
  return join(bytes[0] === 0xff ? jpegParts(bytes) : pngParts(bytes));
}

/** Adobe's segment, which names the colour transform. */
const adobe = 0xee;

/** Segments as in ITU-T T.81, annex B: marker, length of what follows (itself included, two bytes), content. */
function jpegParts(bytes: Uint8Array): Uint8Array[] | null {
  const parts = [bytes.subarray(0, 2)];
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) break;
    let end = at + 2 + (bytes[at + 2] << 8) + bytes[at + 3];
    if (marker === 0xda) end = endOfScan(bytes, end);
    const isApplication = marker >= 0xe0 && marker <= 0xef;
    const isComment = marker === 0xfe;
    if (marker === 0xe0) parts.push(jfifHeader(bytes.subarray(at, end)));
    else if (!isComment && (!isApplication || marker === adobe)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return [...parts, Uint8Array.of(0xff, 0xd9)];
}

/** JFIF's header (version, units and density; ITU-T T.871, 10.1) with a preview of 0 x 0; nothing of an APP0 that isn't one. */
function jfifHeader(segment: Uint8Array): Uint8Array {
  const length = 18;
  const name = String.fromCharCode(...segment.subarray(4, 9));
  if (name !== 'JFIF\0' || segment.length < length) return new Uint8Array(0);
  const header = segment.slice(0, length);
  header.set([0, length - 2], 2);
  header.set([0, 0], length - 2);
  return header;
}

/** Where the next marker begins; in a scan, FF 00 is a byte of data, FF D0 to D7 restart the decoder, FF FF fills. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/** Chunks that make the picture; gamma and chromaticities are not among them, since the engine reads pixels as sRGB. */
const keptChunks = ['IHDR', 'PLTE', 'tRNS', 'sRGB', 'pHYs', 'IDAT', 'IEND'];

/** Chunks as in the PNG specification, section 5: length (four bytes), type, content, check sum (four bytes). */
function pngParts(bytes: Uint8Array): Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    if (keptChunks.includes(type)) parts.push(bytes.subarray(at, end));
    if (type === 'IEND') return parts;
    at = end;
  }
  return null;
}

function join(parts: Uint8Array[] | null): Uint8Array | null {
  if (!parts) return null;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
