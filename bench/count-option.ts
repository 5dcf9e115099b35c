/** The whole number that an option of a bench gives. Throws a RangeError that names the option, before anything is measured. */
export function countOption(name: string, text: string, least = 0): number {
  const count = Number(text);
  if (text.trim() === '' || !Number.isInteger(count) || count < least) {
    throw new RangeError(`--${name} must be a whole number of at least ${least}, not '${text}'.`);
  }
  return count;
}
