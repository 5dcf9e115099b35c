import { Slider as Primitive } from 'radix-ui';
import styles from './controls.module.css';
import { NumberField } from './number-field.tsx';

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  disabled?: boolean;
  onChange(value: number): void;
}

export function Slider({ label, value, min, max, step, disabled = false, onChange }: SliderProps) {
  return (
    <Primitive.Root
      className={styles.slider}
      value={[Math.min(max, Math.max(min, value))]}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      onValueChange={([next]) => next !== undefined && onChange(next)}
    >
      <Primitive.Track className={styles.track}>
        <Primitive.Range className={styles.range} />
      </Primitive.Track>
      <Primitive.Thumb className={styles.thumb} aria-label={label} />
    </Primitive.Root>
  );
}

interface SliderRowProps extends SliderProps {
  unit: string;
  digits: number;
}

/** Label, slider and number field of one quantity. */
export function SliderRow({ unit, digits, ...slider }: SliderRowProps) {
  const { label, value, min, max, step, disabled = false, onChange } = slider;
  return (
    <div className={styles.sliderRow}>
      <span className={styles.label}>{label}</span>
      <Slider {...slider} />
      <NumberField
        label={`${label} value`}
        value={value}
        min={min}
        max={max}
        step={step}
        digits={digits}
        unit={unit}
        disabled={disabled}
        onCommit={onChange}
      />
    </div>
  );
}
