import { useEffect, useState } from 'react';
import { rename } from '../actions/document.ts';
import { useDocument } from '../state/document.ts';
import styles from './toolbar.module.css';

/** The car's name, changed in place. */
export function NameField({ busy }: { busy: boolean }) {
  const name = useDocument((state) => state.document?.name ?? '');
  const unsaved = useDocument((state) => state.unsaved && state.document !== null);
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  if (!name) return null;
  return (
    <>
      <input
        className={styles.name}
        aria-label="Name of the car"
        value={text}
        maxLength={200}
        disabled={busy}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => (text.trim() ? rename(text) : setText(name))}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setText(name);
        }}
      />
      {unsaved && <span className={styles.unsaved}>unsaved changes</span>}
    </>
  );
}
