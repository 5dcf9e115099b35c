import { type ReactNode, useId, useRef } from 'react';
import { useKeptFocus } from '../ui/use-kept-focus.ts';
import styles from './inspector.module.css';

interface SectionProps {
  title: string;
  /** a change of it may take controls away; the focus then stays in the section */
  phase?: string;
  children: ReactNode;
}

/** A titled group of the inspector. */
export function Section({ title, phase, children }: SectionProps) {
  const id = useId();
  const section = useRef<HTMLElement>(null);
  useKeptFocus(section, phase);
  return (
    <section ref={section} tabIndex={-1} className={styles.section} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}

/** A name and its value. */
export function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <span>{name}</span>
      {children}
    </div>
  );
}
