import { CircleCheck, ImagePlus, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { openTransfer } from './actions/files.ts';
import styles from './app.module.css';
import { useActivity } from './state/activity.ts';
import { useConnection } from './state/connection.ts';
import { dismiss, type Notification, useNotifications } from './state/notifications.ts';
import { Button } from './ui/button.tsx';

const infoMilliseconds = 5000;

function Notice({ notification }: { notification: Notification }) {
  const { id, kind, message, remedy } = notification;
  useEffect(() => {
    if (kind === 'error') return undefined;
    const timer = setTimeout(() => dismiss(id), infoMilliseconds);
    return () => clearTimeout(timer);
  }, [id, kind]);
  const Icon = kind === 'error' ? TriangleAlert : CircleCheck;
  return (
    <li className={styles.notification} data-kind={kind} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon size={16} aria-hidden />
      <div>
        <p>{message}</p>
        {remedy && <p>{remedy}</p>}
      </div>
      <Button variant="quiet" icon={X} aria-label="Dismiss" onClick={() => dismiss(id)} />
    </li>
  );
}

/** What the user is told: errors stay until dismissed, the rest goes after a while. */
export function Notifications() {
  const list = useNotifications((state) => state.list);
  return (
    <ul className={styles.notifications} aria-label="Notifications">
      {list.map((notification) => (
        <Notice key={notification.id} notification={notification} />
      ))}
    </ul>
  );
}

/** The long task under way, with the way to end it. */
export function ActivityCard() {
  const activity = useActivity((state) => state.activity);
  if (!activity) return null;
  const { label, fraction, cancel } = activity;
  return (
    <div className={styles.activity} role="status">
      <span>{label}</span>
      {cancel && <Button onClick={cancel}>Cancel</Button>}
      {fraction !== null && (
        <div
          className={styles.bar}
          role="progressbar"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(fraction * 100)}
        >
          <div style={{ transform: `scaleX(${fraction})` }} />
        </div>
      )}
    </div>
  );
}

/** Tells that the engine is gone while the page tries to come back. */
export function ConnectionBanner() {
  const { phase, studio, template, error } = useConnection();
  if (phase !== 'lost' || (template === null && studio === null && !error)) return null;
  return (
    <div className={styles.lost} role="alert">
      <TriangleAlert size={15} aria-hidden />
      <span>
        {error && template === null
          ? `${error.message} ${error.remedy}`
          : 'The connection to the engine was lost. Trying to come back; your last car was saved.'}
      </span>
      <Button onClick={() => window.location.reload()}>Reload</Button>
    </div>
  );
}

/** Takes files dropped or pasted anywhere, and shows while one hovers. */
export function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      openTransfer(event.dataTransfer);
    };
    const paste = (event: ClipboardEvent) => {
      if (openTransfer(event.clipboardData)) event.preventDefault();
    };
    const controller = new AbortController();
    const { signal } = controller;
    window.addEventListener('dragenter', enter, { signal });
    window.addEventListener('dragleave', leave, { signal });
    window.addEventListener('dragover', hover, { signal });
    window.addEventListener('drop', drop, { signal });
    window.addEventListener('paste', paste, { signal });
    return () => controller.abort();
  }, []);
  if (!over) return null;
  return (
    <div className={styles.drop}>
      <ImagePlus size={40} strokeWidth={1.3} aria-hidden />
      Drop a photo of a car, or a project
    </div>
  );
}
