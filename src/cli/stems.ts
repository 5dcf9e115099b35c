import { basename, extname } from 'node:path';

/**
 * A folder name for each photo: its file name without extension; photos of the same name get -2, -3 ... in the order
 * given. Names that differ only in case count as the same, because they are on some file systems.
 */
export function stemsOf(photos: readonly string[]): string[] {
  const wanted = photos.map((photo) => {
    const name = basename(photo);
    return name.slice(0, name.length - extname(name).length).replace(/[. ]+$/, '') || 'photo';
  });
  const reserved = new Set(wanted.map((stem) => stem.toLowerCase()));
  const taken = new Set<string>();
  return wanted.map((stem) => {
    let unique = stem;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) {
      const next = `${stem}-${n}`;
      unique = reserved.has(next.toLowerCase()) && !taken.has(next.toLowerCase()) ? unique : next;
    }
    taken.add(unique.toLowerCase());
    return unique;
  });
}
