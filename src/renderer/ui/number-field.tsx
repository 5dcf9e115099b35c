import { useEffect, useState } from 'react';
import styles from './controls.module.css';

interface NumberFieldProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  digits: number;
  unit: string;
  disabled?: boolean;
  onCommit(value: number): void;
}

/** A number that is committed by Enter, by leaving the field, or by its arrow keys; Escape takes the typing back. */
export function NumberField({
  label,
  value,
  min,
  max,
  step,
  digits,
  unit,
  disabled,
  onCommit,
}: NumberFieldProps) {
  const shown = value.toFixed(digits);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);

  const commit = (typed: string) => {
    const number = Number.parseFloat(typed.replace(',', '.'));
    if (!Number.isFinite(number)) return setText(shown);
    const clamped = Math.min(max, Math.max(min, number));
    setText(clamped.toFixed(digits));
    if (clamped.toFixed(digits) !== shown) onCommit(clamped);
  };

  return (
    <span className={styles.field}>
      <input
        type="number"
        aria-label={label}
        value={text}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        onChange={(event) => setText(event.target.value)}
        onBlur={(event) => commit(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit(event.currentTarget.value);
          else if (event.key === 'Escape') setText(shown);
          else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
            event.preventDefault();
            const way = event.key === 'ArrowUp' ? step : -step;
            commit(String(Number.parseFloat(event.currentTarget.value) + way));
          }
        }}
      />
      {unit && <span className={styles.unit}>{unit}</span>}
    </span>
  );
}
