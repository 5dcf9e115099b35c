import type { LibraryEntry } from '../../shared/studio-api.ts';
import { removeFromLibrary } from '../actions/library.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';

export function RemoveDialog({ entry, onClose }: { entry: LibraryEntry | null; onClose(): void }) {
  return (
    <Dialog
      open={entry !== null}
      title="Remove from the library"
      description={`${entry?.name ?? 'The car'} and its history will be deleted. Files that you saved or exported stay.`}
      onClose={onClose}
    >
      <DialogButtons>
        <Button onClick={onClose}>Keep</Button>
        <Button
          variant="primary"
          onClick={() => {
            if (entry) removeFromLibrary(entry.id);
            onClose();
          }}
        >
          Remove
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
