import { useMemo } from 'react';
import { setLength } from '../actions/document.ts';
import { useActivity } from '../state/activity.ts';
import { useCar } from '../state/car.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { usePick } from '../state/pick.ts';
import { useRefine } from '../state/refine.ts';
import { type LightMode, useView } from '../state/view.ts';
import { Segments, SwitchRow } from '../ui/choices.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { carVertices, extent } from '../viewport/car-geometry.ts';
import styles from './inspector.module.css';
import { Row, Section } from './section.tsx';

const lights: readonly { value: LightMode; label: string }[] = [
  { value: 'photo', label: 'Photo light' },
  { value: 'studio', label: 'Studio' },
  { value: 'albedo', label: 'Albedo' },
];

function Dimensions() {
  const template = useConnection((state) => state.template);
  const car = useCar((state) => state.car);
  const size = useMemo(
    () => (template && car ? extent(carVertices(template, car.offsets, car.lengthMetres)) : null),
    [template, car],
  );
  return (
    <Row name="Width, height">
      <span>{size ? `${size.width.toFixed(2)} m, ${size.height.toFixed(2)} m` : '-'}</span>
    </Row>
  );
}

/** What the car is, and how the viewport shows it. */
export function CarSection() {
  const length = useDocument((state) => state.document?.car.lengthMetres);
  const busy = useActivity((state) => state.activity !== null);
  const idle = useRefine((state) => state.phase === 'idle');
  const observed = useCar((state) => state.car?.observedShare);
  const { light, showGuessed } = useView(usePick('light', 'showGuessed'));
  return (
    <>
      <Section title="Car">
        <Row name="Length">
          <span className={styles.short}>
            <NumberField
              label="Length"
              value={length ?? 4.5}
              min={0.5}
              max={30}
              step={0.1}
              digits={2}
              unit="m"
              disabled={length === undefined || busy || !idle}
              onCommit={setLength}
            />
          </span>
        </Row>
        <Dimensions />
        <Row name="Seen in the photo">
          <span>{observed === undefined ? '-' : `${Math.round(observed * 100)} % of the surface`}</span>
        </Row>
      </Section>
      <Section title="Display">
        <Segments
          label="Light"
          value={light}
          options={lights}
          onChange={(value) => useView.setState({ light: value })}
        />
        <SwitchRow
          label="Show what was guessed"
          checked={showGuessed}
          onChange={(checked) => useView.setState({ showGuessed: checked })}
        />
      </Section>
    </>
  );
}
