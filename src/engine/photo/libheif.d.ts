/** The part of libheif-js (Emscripten build of libheif) that heic.ts uses. */
declare module 'libheif-js/wasm-bundle' {
  export interface HeifContext {
    readonly context: unique symbol;
  }
  export interface HeifHandle {
    readonly handle: unique symbol;
  }
  export interface HeifImage {
    readonly image: unique symbol;
  }
  export interface HeifError {
    code: unknown;
    message: string;
  }
  export interface HeifDecoded {
    image: HeifImage;
    channels: { id: unknown; width: number; height: number; stride: number; data: Uint8Array }[];
  }
  export interface LibHeif {
    heif_error_code: { heif_error_Ok: unknown };
    heif_colorspace: { heif_colorspace_RGB: unknown };
    heif_chroma: { heif_chroma_interleaved_RGB: unknown; heif_chroma_interleaved_RGBA: unknown };
    heif_context_alloc(): HeifContext;
    heif_context_free(context: HeifContext): void;
    heif_context_read_from_memory(context: HeifContext, bytes: Uint8Array): HeifError;
    heif_js_context_get_primary_image_handle(context: HeifContext): HeifHandle | HeifError;
    heif_image_handle_get_width(handle: HeifHandle): number;
    heif_image_handle_get_height(handle: HeifHandle): number;
    heif_image_handle_has_alpha_channel(handle: HeifHandle): number;
    heif_image_handle_release(handle: HeifHandle): void;
    heif_js_decode_image2(handle: HeifHandle, colourspace: unknown, chroma: unknown): HeifDecoded | HeifError;
    heif_image_release(image: HeifImage): void;
  }
  const libheif: LibHeif;
  export default libheif;
}
