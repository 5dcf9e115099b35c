export interface Asset {
  bytes: Uint8Array;
  /** media type */
  type: string;
}

export interface AssetCache {
  get(hash: string): Promise<Asset>;
}

/**
 * Assets by content hash, so that no byte crosses the port twice while it is in use: least recently used ones go when
 * the sum of the bytes passes `capacity`. A failed fetch is not kept.
 */
export function assetCache(fetchAsset: (hash: string) => Promise<Asset>, capacity: number): AssetCache {
  const entries = new Map<string, { asset: Promise<Asset>; size: number }>();
  let total = 0;

  const remove = (hash: string) => {
    total -= entries.get(hash)?.size ?? 0;
    entries.delete(hash);
  };

  return {
    get(hash) {
      const known = entries.get(hash);
      if (known) {
        entries.delete(hash);
        entries.set(hash, known);
        return known.asset;
      }
      const entry = { asset: fetchAsset(hash), size: 0 };
      entries.set(hash, entry);
      entry.asset.then(
        ({ bytes }) => {
          if (entries.get(hash) !== entry) return;
          entry.size = bytes.byteLength;
          total += entry.size;
          for (const [oldest, { size }] of entries) {
            if (total <= capacity || oldest === hash) break;
            if (size > 0) remove(oldest);
          }
        },
        () => {
          if (entries.get(hash) === entry) remove(hash);
        },
      );
      return entry.asset;
    },
  };
}
