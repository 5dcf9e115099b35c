import { Check, type LucideIcon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './toolbar.module.css';

interface MenuProps {
  trigger: ReactNode;
  align: 'start' | 'end';
  children: ReactNode;
}

export function Menu({ trigger, align, children }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align={align} sideOffset={4} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface MenuItemProps {
  icon: LucideIcon;
  label: string;
  keys?: string;
  disabled?: boolean;
  onSelect(): void;
}

export function MenuItem({ icon: Icon, label, keys, disabled = false, onSelect }: MenuItemProps) {
  return (
    <DropdownMenu.Item className={styles.item} disabled={disabled} onSelect={onSelect}>
      <Icon size={15} aria-hidden />
      <span>{label}</span>
      {keys && <kbd>{keys}</kbd>}
    </DropdownMenu.Item>
  );
}

interface ChoiceItemProps<Value extends string> {
  icon: LucideIcon;
  label: string;
  value: Value;
  chosen: Value;
  onChoose(value: Value): void;
}

export function ChoiceItem<Value extends string>({
  icon: Icon,
  label,
  value,
  chosen,
  onChoose,
}: ChoiceItemProps<Value>) {
  return (
    <DropdownMenu.CheckboxItem
      className={styles.item}
      checked={value === chosen}
      onCheckedChange={() => onChoose(value)}
    >
      <Icon size={15} aria-hidden />
      <span>{label}</span>
      {value === chosen && <Check size={14} aria-hidden />}
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className={styles.separator} />;
}
