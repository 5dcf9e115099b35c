import { useState } from 'react';
import { exportPicture } from '../actions/files.ts';
import { inBackground } from '../actions/run.ts';
import type { Host } from '../host.ts';
import { closeDialog, useDialogs } from '../state/dialogs.ts';
import { useView } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Segments } from '../ui/choices.tsx';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';
import { NumberField } from '../ui/number-field.tsx';
import styles from './dialogs.module.css';

const modes = [
  { value: 'mesh', label: 'Textured mesh' },
  { value: 'neural', label: 'Generator' },
] as const;

/** A PNG of the present view, drawn by the engine at any size. */
export function ExportPictureDialog({ host }: { host: Host }) {
  const open = useDialogs((state) => state.open === 'export-picture');
  const [mode, setMode] = useState<'mesh' | 'neural'>('mesh');
  const [size, setSize] = useState(1024);
  const write = () => {
    const { viewpoint } = useView.getState();
    closeDialog();
    if (viewpoint) inBackground(exportPicture(host, { viewpoint, size, mode }));
  };
  return (
    <Dialog
      open={open}
      title="Export picture"
      description="The car from the present view, as a square PNG; the mesh stands over transparency."
      onClose={closeDialog}
    >
      <div className={styles.form}>
        <span>Drawn by</span>
        <Segments<'mesh' | 'neural'> label="Drawn by" value={mode} options={modes} onChange={setMode} />
        <span>Size</span>
        <span className={styles.short}>
          <NumberField
            label="Size"
            value={size}
            min={16}
            max={4096}
            step={128}
            digits={0}
            unit="px"
            onCommit={(value) => setSize(Math.round(value))}
          />
        </span>
      </div>
      <DialogButtons>
        <Button onClick={closeDialog}>Close without a picture</Button>
        <Button variant="primary" onClick={write}>
          Export
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
