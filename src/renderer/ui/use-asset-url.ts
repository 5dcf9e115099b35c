import { useEffect, useState } from 'react';
import { StudioError, toErrorPayload } from '../../shared/errors.ts';
import { assets } from '../actions/shown-car.ts';

export interface AssetUrl {
  url: string | null;
  error: StudioError | null;
}

const nothing: AssetUrl = { url: null, error: null };

/** An object URL of a stored picture, given back when it is no longer shown. */
export function useAssetUrl(hash: string | undefined): AssetUrl {
  const [state, setState] = useState(nothing);
  useEffect(() => {
    setState(nothing);
    if (hash === undefined) return undefined;
    let url: string | null = null;
    let gone = false;
    assets.get(hash).then(
      ({ bytes, type }) => {
        if (gone) return;
        url = URL.createObjectURL(new Blob([bytes.slice()], { type }));
        setState({ url, error: null });
      },
      (error: unknown) => {
        const { code, message, remedy } = toErrorPayload(error);
        if (!gone) setState({ url: null, error: new StudioError(code, message, remedy) });
      },
    );
    return () => {
      gone = true;
      if (url) URL.revokeObjectURL(url);
    };
  }, [hash]);
  return state;
}
