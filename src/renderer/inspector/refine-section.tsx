import { Check, WandSparkles, X } from 'lucide-react';
import {
  acceptRefinement,
  compareRefinement,
  discardRefinement,
  startRefinement,
} from '../actions/refine.ts';
import { inBackground } from '../actions/run.ts';
import { useActivity } from '../state/activity.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { Button } from '../ui/button.tsx';
import { SwitchRow } from '../ui/choices.tsx';
import { NumberField } from '../ui/number-field.tsx';
import styles from './inspector.module.css';
import { LossCurve } from './loss-curve.tsx';
import { Row, Section } from './section.tsx';

function Idle() {
  const iterations = useRefine((state) => state.iterations);
  const photo = useDocument((state) => state.document?.photo);
  const busy = useActivity((state) => state.activity !== null);
  return (
    <>
      <Row name="Iterations">
        <span className={styles.short}>
          <NumberField
            label="Iterations"
            value={iterations}
            min={1}
            max={2000}
            step={10}
            digits={0}
            unit=""
            onCommit={(value) => useRefine.setState({ iterations: Math.round(value) })}
          />
        </span>
      </Row>
      <Button
        variant="primary"
        icon={WandSparkles}
        disabled={!photo || busy}
        title="Fits viewpoint, shape, texture and light to the photo (R)"
        onClick={() => inBackground(startRefinement())}
      >
        Refine
      </Button>
      {photo === null && <p className={styles.hint}>Only a car from a photo can be refined.</p>}
    </>
  );
}

function Running() {
  const { progress, losses, iterations, stopping, cancel } = useRefine();
  const fraction = progress ? progress.iteration / progress.iterations : 0;
  return (
    <>
      <div
        className={styles.progress}
        role="progressbar"
        aria-label="Refinement"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(fraction * 100)}
      >
        <div style={{ transform: `scaleX(${fraction})` }} />
      </div>
      <Row name="Iteration">
        <span>{progress ? `${progress.iteration} / ${progress.iterations}` : 'starting'}</span>
      </Row>
      <LossCurve losses={losses} iterations={progress?.iterations ?? iterations} />
      <Button
        icon={X}
        disabled={stopping}
        title="Ends the refinement with the best so far"
        onClick={() => cancel?.()}
      >
        {stopping ? 'Stopping' : 'Cancel'}
      </Button>
    </>
  );
}

function Proposal() {
  const { result, losses, showBefore } = useRefine();
  if (!result) return null;
  return (
    <>
      <p className={styles.hint} role="status">
        {result.stopped ? 'Stopped early; this is the best so far.' : 'Done'}
        {result.stopped ? '' : ` in ${(result.milliseconds / 1000).toFixed(1)} s.`} Nothing is replaced until
        you accept.
      </p>
      <LossCurve losses={losses} iterations={losses.at(-1)?.[0] ?? 1} />
      <SwitchRow label="Show the car before" checked={showBefore} onChange={compareRefinement} />
      <div className={styles.buttons}>
        <Button icon={X} onClick={discardRefinement}>
          Discard
        </Button>
        <Button variant="primary" icon={Check} onClick={acceptRefinement}>
          Accept
        </Button>
      </div>
    </>
  );
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : `${(100 * value).toFixed(1)} %`;
}

/** How well the drawn car covers the mask of the photo. */
function MaskMatch() {
  const { phase, progress, result, firstIoU } = useRefine();
  const stored = useDocument((state) => state.document?.maskIoU);
  const before = phase === 'idle' ? stored?.encoder : (result?.maskIoUBefore ?? stored?.encoder ?? firstIoU);
  const after = phase === 'idle' ? stored?.refined : (result?.maskIoUAfter ?? progress?.maskIoU);
  return (
    <table className={styles.table} aria-label="Mask IoU">
      <thead>
        <tr>
          <th scope="col">Mask IoU</th>
          <th scope="col">before</th>
          <th scope="col">{phase === 'running' ? 'now' : 'after'}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Car over photo</th>
          <td>{percent(before)}</td>
          <td>{percent(after)}</td>
        </tr>
      </tbody>
    </table>
  );
}

export function RefineSection() {
  const phase = useRefine((state) => state.phase);
  return (
    <Section title="Refinement" phase={phase}>
      {phase === 'idle' && <Idle />}
      {phase === 'running' && <Running />}
      {phase === 'proposal' && <Proposal />}
      <MaskMatch />
    </Section>
  );
}
