import type { HeifError, LibHeif } from 'libheif-js/wasm-bundle';
import { damagedPhoto } from './damaged.ts';
import { checkPhotoSize } from './limits.ts';

/** Pixels as the file encodes them: oriented by libheif, not yet converted from the file's colour profile. */
export interface HeicPixels {
  width: number;
  height: number;
  channels: 3 | 4;
  /** [height, width, channels] */
  data: Uint8Array;
}

let library: Promise<LibHeif> | undefined;

/** The decoder is 2 MB of WebAssembly, so it is loaded with the first HEIC. */
function loadLibrary(): Promise<LibHeif> {
  library ??= import('libheif-js/wasm-bundle').then((module) => module.default);
  return library;
}

/**
 * Decodes the primary picture of a HEIF file with HEVC inside. Throws `photo-truncated`, `photo-too-large` or
 * `photo-too-small`.
 */
export async function decodeHeic(bytes: Uint8Array, name: string): Promise<HeicPixels> {
  const heif = await loadLibrary();
  const damaged = ({ message }: HeifError) => damagedPhoto(name, new Error(message.trim()));
  const context = heif.heif_context_alloc();
  try {
    const read = heif.heif_context_read_from_memory(context, bytes);
    if (read.code !== heif.heif_error_code.heif_error_Ok) throw damaged(read);
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    if ('code' in handle) throw damaged(handle);
    try {
      const width = heif.heif_image_handle_get_width(handle);
      const height = heif.heif_image_handle_get_height(handle);
      checkPhotoSize(name, width, height);
      const channels = heif.heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
      const { heif_chroma_interleaved_RGB, heif_chroma_interleaved_RGBA } = heif.heif_chroma;
      const decoded = heif.heif_js_decode_image2(
        handle,
        heif.heif_colorspace.heif_colorspace_RGB,
        channels === 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
      );
      if ('code' in decoded) throw damaged(decoded);
      try {
        const plane = decoded.channels[0];
        if (!plane) throw damaged({ code: null, message: 'no pixels' });
        const data = withoutPadding(plane.data, plane.stride, width * channels, height);
        return { width, height, channels, data };
      } finally {
        heif.heif_image_release(decoded.image);
      }
    } finally {
      heif.heif_image_handle_release(handle);
    }
  } finally {
    heif.heif_context_free(context);
  }
}

/** Copies rows of `rowBytes` out of rows of `stride` bytes; the copy is the caller's own memory. */
function withoutPadding(data: Uint8Array, stride: number, rowBytes: number, rows: number): Uint8Array {
  if (stride === rowBytes) return data.slice(0, rowBytes * rows);
  const packed = new Uint8Array(rowBytes * rows);
  for (let y = 0; y < rows; y++) {
    packed.set(data.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
  }
  return packed;
}
