/**
 * A one-node ONNX model y = op(x) over float32 [N, width] for tests, encoded by hand (protobuf field numbers of
 * onnx.proto3).
 */
export function writeOnnx(op: string, width: number): Uint8Array {
  const tensorType = (first: string) =>
    bytesField(
      2, // type
      bytesField(1, [
        // tensor_type
        ...intField(1, 1), // float32
        ...bytesField(2, [
          // shape
          ...bytesField(1, textField(2, first)),
          ...bytesField(1, intField(1, width)),
        ]),
      ]),
    );
  const valueInfo = (name: string) => [...textField(1, name), ...tensorType('N')];
  const node = [...textField(1, 'x'), ...textField(2, 'y'), ...textField(4, op)];
  const graph = [
    ...bytesField(1, node),
    ...textField(2, 'test'),
    ...bytesField(11, valueInfo('x')),
    ...bytesField(12, valueInfo('y')),
  ];
  return Uint8Array.from([
    ...intField(1, 8), // ir_version
    ...bytesField(7, graph),
    ...bytesField(8, intField(2, 17)), // opset_import
  ]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function intField(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function bytesField(field: number, content: number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

function textField(field: number, text: string): number[] {
  return bytesField(field, [...new TextEncoder().encode(text)]);
}
