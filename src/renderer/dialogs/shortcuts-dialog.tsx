import { Fragment } from 'react';
import { shortcuts } from '../../shared/shortcuts.ts';
import { viewKeys } from '../actions/shortcuts.ts';
import { closeDialog, useDialogs } from '../state/dialogs.ts';
import { keys } from '../toolbar/keys.ts';
import { Dialog } from '../ui/dialog.tsx';
import styles from './dialogs.module.css';

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
              <kbd>{keys(command)}</kbd>
            </dd>
          </Fragment>
        ))}
        <dt className={styles.heading}>In the 3D viewport and the neural view</dt>
        {viewKeys.map(([held, what]) => (
          <Fragment key={held}>
            <dt>{what}</dt>
            <dd>
              <kbd>{held}</kbd>
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
