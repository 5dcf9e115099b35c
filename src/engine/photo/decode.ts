import sharp, { type Metadata, type Sharp } from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import { damagedPhoto } from './damaged.ts';
import { decodeHeic } from './heic.ts';
import { checkPhotoSize, photoLimits } from './limits.ts';
import type { DecodedPhoto } from './photo.ts';
import { profiledTiff } from './profiled-tiff.ts';
import { sniff } from './sniff.ts';
import { stripMetadata } from './strip-metadata.ts';

sharp.cache(false);

/** Quality of a photo that must be stored anew because the original is not an upright sRGB JPEG or PNG. */
const storedJpegQuality = 92;

/** Transparent pixels are laid over the same grey that pads the segmenter's input. */
const behindTransparency = 128;

/**
 * Reads JPEG, PNG, WebP, AVIF, TIFF, GIF (first frame) and HEIC by content: EXIF orientation applied, any profile and
 * colour space converted to 8-bit sRGB. Throws a StudioError whose code begins with `photo-` for everything else.
 * `name` is only used in messages.
 */
export async function decodePhoto(bytes: Uint8Array, name: string): Promise<DecodedPhoto> {
  const format = photoFormat(bytes, name);
  if (format === 'heic') return decodeHeicPhoto(bytes, name);
  const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'none' })
    .metadata()
    .catch((cause: unknown) => {
      throw damagedPhoto(name, cause);
    });
  checkPhotoSize(name, metadata.width, metadata.height);
  const pixels = await toSrgb(
    open(bytes, format === 'tiff' ? 'error' : 'truncated').autoOrient(),
    metadata.hasAlpha,
    name,
  );
  const kept = canKeep(metadata) ? stripMetadata(bytes) : null;
  return { ...pixels, picture: kept ?? (await encodePicture(pixels)) };
}

function photoFormat(bytes: Uint8Array, name: string) {
  if (bytes.length === 0) {
    throw new StudioError('photo-empty', `${name} has 0 bytes.`, 'Copy it again from where it came.');
  }
  const sniffed = sniff(bytes);
  if (sniffed.kind === 'photo') return sniffed.format;
  const remedy = 'Use a photo in JPEG, PNG, WebP, AVIF, TIFF or HEIC format.';
  if (sniffed.kind === 'other') {
    throw new StudioError('photo-unsupported', `${name} is ${sniffed.what}, not a photo.`, remedy);
  }
  throw new StudioError('photo-not-a-picture', `${name} is not a picture.`, remedy);
}

/** libtiff reports a file cut short as an error where the other readers have a level of their own for it. */
function open(bytes: Uint8Array, failOn: 'truncated' | 'error'): Sharp {
  return sharp(bytes, { limitInputPixels: photoLimits.maxPixels, failOn, pages: 1 });
}

async function decodeHeicPhoto(bytes: Uint8Array, name: string): Promise<DecodedPhoto> {
  const decoded = await decodeHeic(bytes, name);
  const { width, height, channels } = decoded;
  const profile = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .then((metadata) => metadata.icc ?? null)
    .catch(() => null);
  const source = profile
    ? open(profiledTiff(decoded, profile), 'error')
    : sharp(decoded.data, { raw: { width, height, channels } });
  const pixels = await toSrgb(source, channels === 4, name);
  return { ...pixels, picture: await encodePicture(pixels) };
}

async function toSrgb(
  source: Sharp,
  hasAlpha: boolean,
  name: string,
): Promise<Omit<DecodedPhoto, 'picture'>> {
  const prepared = source.toColourspace('srgb');
  const { data, info } = await (hasAlpha ? prepared.ensureAlpha() : prepared.removeAlpha())
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw damagedPhoto(name, cause);
    });
  const { width, height } = info;
  const packed = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (info.channels === 3) return { width, height, rgb: packed, alpha: null };
  return { width, height, ...splitAlpha(packed) };
}

/** Splits RGBA; the alpha is returned if at least 1 % of the picture is opaque and 1 % is transparent. */
function splitAlpha(rgba: Uint8Array): { rgb: Uint8Array; alpha: Uint8Array | null } {
  const count = rgba.length / 4;
  const rgb = new Uint8Array(count * 3);
  const alpha = new Uint8Array(count);
  let [opaque, transparent] = [0, 0];
  for (let i = 0; i < count; i++) {
    const a = rgba[4 * i + 3];
    alpha[i] = a;
    if (a >= 192) opaque++;
    else if (a < 64) transparent++;
    const rest = behindTransparency * (255 - a);
    rgb[3 * i] = (rgba[4 * i] * a + rest) / 255 + 0.5;
    rgb[3 * i + 1] = (rgba[4 * i + 1] * a + rest) / 255 + 0.5;
    rgb[3 * i + 2] = (rgba[4 * i + 2] * a + rest) / 255 + 0.5;
  }
  return { rgb, alpha: opaque >= count / 100 && transparent >= count / 100 ? alpha : null };
}

/** The pixels of an upright 8-bit sRGB JPEG or opaque PNG are stored as they came. */
function canKeep(metadata: Metadata): boolean {
  const plain =
    metadata.space === 'srgb' &&
    metadata.depth === 'uchar' &&
    (metadata.orientation ?? 1) === 1 &&
    !metadata.icc &&
    !metadata.hasAlpha;
  return plain && (metadata.format === 'jpeg' || metadata.format === 'png');
}

async function encodePicture(pixels: Omit<DecodedPhoto, 'picture'>): Promise<Uint8Array> {
  const { width, height, rgb } = pixels;
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: storedJpegQuality, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return new Uint8Array(jpeg);
}
