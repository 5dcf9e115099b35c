import type { LucideIcon } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import styles from './controls.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'plain' | 'primary' | 'quiet';
  icon?: LucideIcon;
}

const classOf = { plain: '', primary: styles.primary, quiet: styles.quiet };

export function Button({ variant = 'plain', icon: Icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`${styles.button} ${classOf[variant]} ${className}`} {...rest}>
      {Icon && <Icon size={15} aria-hidden />}
      {children}
    </button>
  );
}

interface HintProps {
  /** what the tooltip says */
  hint: string;
  /** keys shown beside it */
  keys?: string;
  children: ReactNode;
}

/** A tooltip for pointer and keyboard focus. */
export function Hint({ hint, keys, children }: HintProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className={styles.tooltip} sideOffset={5} collisionPadding={8}>
          {hint}
          {keys && <span className={styles.keys}>{keys}</span>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  icon: LucideIcon;
  /** accessible name, and the tooltip unless `hint` says more */
  label: string;
  hint?: string;
  keys?: string;
}

export function IconButton({
  label,
  hint = label,
  keys,
  variant = 'quiet',
  className = '',
  ...rest
}: IconButtonProps) {
  return (
    <Hint hint={hint} {...(keys === undefined ? {} : { keys })}>
      <Button aria-label={label} variant={variant} className={`${styles.icon} ${className}`} {...rest} />
    </Hint>
  );
}
