import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import controls from './controls.module.css';
import styles from './dialog.module.css';

interface DialogProps {
  open: boolean;
  title: string;
  description: string;
  onClose(): void;
  children: ReactNode;
}

/** A modal dialog: focus stays inside, Escape closes it. The page never scrolls, so no scroll lock is needed. */
export function Dialog({ open, title, description, onClose, children }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <div className={styles.backdrop} />
        <Primitive.Content className={styles.content}>
          <Primitive.Title>{title}</Primitive.Title>
          <Primitive.Description>{description}</Primitive.Description>
          {children}
          <Primitive.Close asChild>
            <Button
              variant="quiet"
              icon={X}
              className={`${styles.close} ${controls.icon}`}
              aria-label="Close"
            />
          </Primitive.Close>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>;
}
