declare module 'gltf-validator' {
  /** The part of the validator's report that is read here; the package has no types. */
  export function validateBytes(bytes: Uint8Array): Promise<{
    issues: {
      numErrors: number;
      numWarnings: number;
      messages: { code: string; message: string; severity: number }[];
    };
  }>;
}
