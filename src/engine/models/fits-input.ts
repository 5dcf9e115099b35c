import type { ModelEntry } from './manifest.ts';

/** True if a tensor of these sizes is what the manifest says the model takes under that name; named sizes may be any. */
export function fitsInput(
  { inputs }: Pick<ModelEntry, 'inputs'>,
  name: string,
  dims: readonly number[],
): boolean {
  const shape = inputs.find((input) => input.name === name)?.shape;
  return (
    shape?.length === dims.length && shape.every((size, i) => typeof size === 'string' || size === dims[i])
  );
}
