import type { LucideIcon } from 'lucide-react';
import { Switch, ToggleGroup } from 'radix-ui';
import { useId } from 'react';
import { Hint } from './button.tsx';
import styles from './controls.module.css';

interface SwitchRowProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}

export function SwitchRow({ label, checked, disabled = false, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <div className={styles.switchRow}>
      <label htmlFor={id}>{label}</label>
      <Switch.Root
        id={id}
        className={styles.switch}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
      >
        <Switch.Thumb className={styles.switchThumb} />
      </Switch.Root>
    </div>
  );
}

interface Option<Value extends string> {
  value: Value;
  label: string;
  /** shown instead of the label, which then becomes the tooltip */
  icon?: LucideIcon;
  keys?: string;
}

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange(value: Value): void;
}

/** One of a few values, all in sight. */
export function Segments<Value extends string>({ label, value, options, onChange }: SegmentsProps<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      className={styles.segments}
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map(({ value: own, label: name, icon: Icon, keys }) => {
        const item = (
          <ToggleGroup.Item key={own} value={own} className={styles.segment} aria-label={name}>
            {Icon ? <Icon size={15} aria-hidden /> : name}
          </ToggleGroup.Item>
        );
        return Icon ? (
          <Hint key={own} hint={name} {...(keys === undefined ? {} : { keys })}>
            <span className={styles.segmentSlot}>{item}</span>
          </Hint>
        ) : (
          item
        );
      })}
    </ToggleGroup.Root>
  );
}
