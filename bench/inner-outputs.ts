/**
 * An ONNX model that also gives these inner tensors as outputs. By protobuf's rules a message that follows another in one
 * file is merged into it, so a fragment is appended that holds nothing but their names (onnx.proto3: ModelProto.graph is
 * field 7, GraphProto.output 12, ValueInfoProto.name 1); the runtime finds out their types.
 */
export function withInnerOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const outputs = names.flatMap((name) => bytesField(12, bytesField(1, [...new TextEncoder().encode(name)])));
  const fragment = bytesField(7, outputs);
  const whole = new Uint8Array(model.length + fragment.length);
  whole.set(model);
  whole.set(fragment, model.length);
  return whole;
}

/** Names in a model that match, in the order in which they first appear. */
export function namesIn(model: Uint8Array, pattern: RegExp): string[] {
  return [...new Set(Buffer.from(model).toString('latin1').match(new RegExp(pattern, 'g')) ?? [])];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function bytesField(field: number, content: number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}
