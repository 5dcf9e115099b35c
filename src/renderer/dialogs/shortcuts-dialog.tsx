import { Fragment } from 'react';
import { shortcuts } from '../../shared/shortcuts.ts';
import { keysOf, viewKeys } from '../actions/shortcuts.ts';
import { closeDialog, useDialogs } from '../state/dialogs.ts';
import { Dialog } from '../ui/dialog.tsx';
import styles from './dialogs.module.css';

const mac = navigator.userAgent.includes('Mac OS');

export function ShortcutsDialog() {
  const open = useDialogs((state) => state.open === 'shortcuts');
  return (
    <Dialog
      open={open}
      title="Keyboard shortcuts"
      description="Everything on the page can also be reached with Tab, arrow keys and Enter."
      onClose={closeDialog}
    >
      <dl className={styles.columns}>
        {shortcuts.map(({ command, what }) => (
          <Fragment key={command}>
            <dt>{what}</dt>
            <dd>
              <kbd>{keysOf(command, mac)}</kbd>
            </dd>
          </Fragment>
        ))}
        <dt className={styles.heading}>In the 3D viewport and the neural view</dt>
        {viewKeys.map(([keys, what]) => (
          <Fragment key={keys}>
            <dt>{what}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
