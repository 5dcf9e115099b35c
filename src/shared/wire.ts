import { decode, ExtensionCodec, encode } from '@msgpack/msgpack';

/** Typed arrays that are not bytes travel as MessagePack extension types; the bytes are copied so that they are aligned. */
const codec = new ExtensionCodec();

function register(
  type: number,
  arrayType:
    | Float32ArrayConstructor
    | Float64ArrayConstructor
    | Uint32ArrayConstructor
    | Int32ArrayConstructor,
): void {
  codec.register({
    type,
    encode: (value) =>
      value instanceof arrayType ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    decode: (data) => new arrayType(new Uint8Array(data).buffer),
  });
}
register(1, Float32Array);
register(2, Float64Array);
register(3, Uint32Array);
register(4, Int32Array);

export function encodeMessage(message: unknown): Uint8Array {
  return encode(message, { extensionCodec: codec, ignoreUndefined: true });
}

/** The inverse of encodeMessage. Throws RangeError or DecodeError on anything else. */
export function decodeMessage(data: Uint8Array): unknown {
  return decode(data, { extensionCodec: codec });
}
