/** Kinds of file that `decodePhoto` reads. */
export type PhotoFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'avif' | 'heic';

export type Sniffed =
  | { kind: 'photo'; format: PhotoFormat }
  /** known, but not read; `what` fits the sentence "The file is ..." */
  | { kind: 'other'; what: string }
  | { kind: 'unknown' };

const hevcBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
const avifBrands = new Set(['avif', 'avis']);
const videoBrands = ['isom', 'iso', 'mp4', 'M4V ', 'qt  ', 'avc1', '3gp'];

/** Magic numbers as Latin-1 text at the start of the file, and where there is a second part, that part and its offset. */
const signatures: [start: string, found: Sniffed, later?: [offset: number, text: string]][] = [
  ['\xff\xd8\xff', { kind: 'photo', format: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', { kind: 'photo', format: 'png' }],
  ['RIFF', { kind: 'photo', format: 'webp' }, [8, 'WEBP']],
  ['II*\0', { kind: 'photo', format: 'tiff' }],
  ['MM\0*', { kind: 'photo', format: 'tiff' }],
  ['II+\0', { kind: 'photo', format: 'tiff' }],
  ['MM\0+', { kind: 'photo', format: 'tiff' }],
  ['GIF87a', { kind: 'photo', format: 'gif' }],
  ['GIF89a', { kind: 'photo', format: 'gif' }],
  ['%PDF-', { kind: 'other', what: 'a PDF document' }],
  ['BM', { kind: 'other', what: 'a BMP picture' }, [6, '\0\0\0\0']],
  ['8BPS', { kind: 'other', what: 'a Photoshop document' }],
  ['\xff\x0a', { kind: 'other', what: 'a JPEG XL picture' }],
  ['\0\0\0\x0cJXL ', { kind: 'other', what: 'a JPEG XL picture' }],
  ['\0\0\0\x0cjP  ', { kind: 'other', what: 'a JPEG 2000 picture' }],
  ['\xff\x4f\xff\x51', { kind: 'other', what: 'a JPEG 2000 picture' }],
  ['\x76\x2f\x31\x01', { kind: 'other', what: 'an OpenEXR picture' }],
  ['#?RADIANCE', { kind: 'other', what: 'a Radiance HDR picture' }],
  ['PK\x03\x04', { kind: 'other', what: 'a ZIP archive' }],
  ['glTF', { kind: 'other', what: 'a GLB model' }],
  ['\x1aE\xdf\xa3', { kind: 'other', what: 'a video' }],
];

/** Tells what a file is by its first bytes; names and extensions don't count. */
export function sniff(bytes: Uint8Array): Sniffed {
  const head = latin1(bytes.subarray(0, 64));
  for (const [start, found, later] of signatures) {
    if (head.startsWith(start) && (!later || head.startsWith(later[1], later[0]))) return found;
  }
  if (head.slice(4, 8) === 'ftyp') return sniffIsoMedia(bytes);
  const text = latin1(bytes.subarray(0, 1024)).replace(/^\xef\xbb\xbf/, '');
  if (/^\s*<(\?xml|!--|!DOCTYPE svg|svg)/i.test(text) && /<svg[\s>]/i.test(text)) {
    return { kind: 'other', what: 'an SVG drawing' };
  }
  return { kind: 'unknown' };
}

/** ISO base media files name their codec in the brands of the `ftyp` box: the major one, then a list. */
function sniffIsoMedia(bytes: Uint8Array): Sniffed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(view.getUint32(0), bytes.length, 256);
  const brands = [latin1(bytes.subarray(8, 12))];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin1(bytes.subarray(at, at + 4)));
  if (brands.some((brand) => avifBrands.has(brand))) return { kind: 'photo', format: 'avif' };
  if (brands.some((brand) => hevcBrands.has(brand))) return { kind: 'photo', format: 'heic' };
  if (brands.some((brand) => brand === 'mif1' || brand === 'msf1')) return { kind: 'photo', format: 'heic' };
  if (videoBrands.some((brand) => brands[0]?.startsWith(brand))) return { kind: 'other', what: 'a video' };
  return { kind: 'unknown' };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
