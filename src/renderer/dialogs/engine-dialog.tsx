import { providerNames } from '../inspector/engine-section.tsx';
import { useConnection } from '../state/connection.ts';
import { closeDialog, useDialogs } from '../state/dialogs.ts';
import { Dialog } from '../ui/dialog.tsx';
import styles from './dialogs.module.css';

/** What runs here: the providers that were tried, and every model with its file and hash. */
export function EngineDialog() {
  const open = useDialogs((state) => state.open === 'engine');
  const status = useConnection((state) => state.status);
  return (
    <Dialog
      open={open}
      title="Engine"
      description={
        status ? `Turnaround ${status.version} computes on ${providerNames[status.provider]}.` : ''
      }
      onClose={closeDialog}
    >
      <dl className={styles.columns}>
        {status?.tried.map(({ provider, milliseconds, reason }) => (
          <div key={provider} style={{ display: 'contents' }}>
            <dt>{providerNames[provider]}</dt>
            <dd>
              {reason ?? (milliseconds === null ? 'not tried' : `${milliseconds.toFixed(1)} ms a picture`)}
            </dd>
          </div>
        ))}
      </dl>
      <ul className={styles.models}>
        {status?.models.map(({ name, file, sha256, purpose, bytes }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span>{(bytes / 1e6).toFixed(2)} MB</span>
            <small>{purpose}</small>
            <small title={sha256}>
              {file}, sha256 {sha256}
            </small>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
