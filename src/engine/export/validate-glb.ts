import { validateBytes } from 'gltf-validator';

export interface GlbReport {
  errors: number;
  warnings: number;
  /** code and message of each finding, hints and infos included */
  messages: string[];
}

/** What the Khronos validator says of a GLB; for tests and benchmarks, not for the product (a development package). */
export async function validateGlb(bytes: Uint8Array): Promise<GlbReport> {
  const { issues } = await validateBytes(bytes);
  return {
    errors: issues.numErrors,
    warnings: issues.numWarnings,
    messages: issues.messages.map(({ code, message }) => `${code}: ${message}`),
  };
}
