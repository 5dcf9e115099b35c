import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of the pictures in a folder of ../shared/eval, by name. */
export async function picturesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return names.map((name) => join(folder, name));
}

/** The first photos of ../shared/eval/photos by name. */
export async function photoFiles(shared: string, limit: number): Promise<string[]> {
  return (await picturesIn(join(shared, 'eval', 'photos'))).slice(0, limit);
}

/** The first cars of ../shared/eval/turntable by name, each with the folder of its views. */
export async function turntableCars(
  shared: string,
  limit: number,
): Promise<{ car: string; folder: string }[]> {
  const root = join(shared, 'eval', 'turntable');
  const names = (await readdir(root)).sort().slice(0, limit);
  return names.map((car) => ({ car, folder: join(root, car) }));
}

/** The mask that lies beside a photo of ../shared/eval. */
export const maskOf = (photo: string): string => photo.replace(/\.jpg$/, '.png');
