import { CarFront, Images, Trash2, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { LibraryEntry } from '../../shared/studio-api.ts';
import { openFromLibrary } from '../actions/library.ts';
import { useActivity } from '../state/activity.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { Pane, PaneMessage } from '../ui/pane.tsx';
import { useKeptFocus } from '../ui/use-kept-focus.ts';
import styles from './library.module.css';
import { RemoveDialog } from './remove-dialog.tsx';

function Thumbnail({ bytes, readable }: { bytes: LibraryEntry['thumbnail']; readable: boolean }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!bytes) return undefined;
    const made = URL.createObjectURL(new Blob([bytes.slice()]));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  const Icon = readable ? CarFront : TriangleAlert;
  return (
    <span className={styles.picture}>
      {url ? <img src={url} alt="" draggable={false} /> : <Icon size={22} strokeWidth={1.3} aria-hidden />}
    </span>
  );
}

function timeOf(modified: number): string {
  return new Date(modified).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
}

/** Every car that was worked on; a click opens one. */
export function LibraryPane({ hidden }: { hidden: boolean }) {
  const library = useDocument((state) => state.library);
  const current = useDocument((state) => state.document?.id);
  const phase = useConnection((state) => state.phase);
  const busy = useActivity((state) => state.activity !== null);
  const refining = useRefine((state) => state.phase === 'running');
  const [removing, setRemoving] = useState<LibraryEntry | null>(null);
  const list = useRef<HTMLUListElement>(null);
  useKeptFocus(list, library, removing);
  return (
    <Pane title="Library" hidden={hidden}>
      <ul ref={list} tabIndex={-1} className={styles.list} aria-label="Cars">
        {library.map((entry) => (
          <li key={entry.id} className={styles.entry}>
            <button
              type="button"
              className={styles.open}
              aria-label={`Open ${entry.name}`}
              aria-describedby={entry.readable ? undefined : `problem-${entry.id}`}
              aria-current={entry.id === current}
              disabled={busy || refining}
              onClick={() => openFromLibrary(entry.id)}
            >
              <Thumbnail bytes={entry.thumbnail} readable={entry.readable} />
              <span className={styles.name}>{entry.name}</span>
              <span className={styles.time}>{timeOf(entry.modified)}</span>
              {!entry.readable && (
                <span id={`problem-${entry.id}`} className={styles.problem}>
                  Kept as it is. Open it to see what to do.
                </span>
              )}
            </button>
            <button
              type="button"
              className={styles.remove}
              aria-label={`Remove ${entry.name}`}
              disabled={busy || refining}
              onClick={() => setRemoving(entry)}
            >
              <Trash2 size={13} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      {phase === 'ready' && library.length === 0 && (
        <PaneMessage
          kind="empty"
          icon={Images}
          title="Nothing here yet"
          text="Cars that you make are kept here."
        />
      )}
      {phase === 'connecting' && <PaneMessage kind="loading" title="Loading" />}
      <RemoveDialog entry={removing} onClose={() => setRemoving(null)} />
    </Pane>
  );
}
