import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './pane.module.css';

interface PaneProps {
  /** title, and accessible name of the region */
  title: string;
  actions?: ReactNode;
  /** out of sight: nothing in it takes the focus */
  hidden?: boolean;
  children: ReactNode;
}

/** A named region with a title bar. */
export function Pane({ title, actions, hidden = false, children }: PaneProps) {
  return (
    <section className={styles.pane} aria-label={title} inert={hidden}>
      <header className={styles.header}>
        <h2 className={styles.title}>{title}</h2>
        <div className={styles.actions}>{actions}</div>
      </header>
      <div className={styles.body}>{children}</div>
    </section>
  );
}

interface PaneMessageProps {
  kind: 'empty' | 'loading' | 'error';
  icon?: LucideIcon;
  title: string;
  /** what to do */
  text?: string;
  children?: ReactNode;
}

/** What a pane shows instead of its content. */
export function PaneMessage({ kind, icon: Icon, title, text, children }: PaneMessageProps) {
  const className = [
    styles.message,
    kind === 'error' ? styles.error : '',
    kind === 'loading' ? styles.loading : '',
  ];
  return (
    <div className={className.join(' ')} role={kind === 'error' ? 'alert' : 'status'}>
      {Icon && <Icon size={26} strokeWidth={1.4} aria-hidden />}
      <strong>{title}</strong>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}
