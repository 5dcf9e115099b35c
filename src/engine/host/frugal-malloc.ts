/**
 * Environment in which a process gives the memory of its pictures back on Linux: glibc takes blocks of this size (bytes) and
 * more from the system and returns them at once, where by itself it learns from the first large block to keep all smaller
 * ones in arenas, one for each of the engine's threads, that fall to pieces. Measured by `npm run bench:refine`.
 */
export const frugalMalloc = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 20),
} as const;
