import { Minus, Plus } from 'lucide-react';
import type { Viewpoint } from '../../shared/viewpoint.ts';
import { setEstimate } from '../actions/document.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { changeViewpoint, useView } from '../state/view.ts';
import { sameViewpoint } from '../state/view-math.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Slider } from '../ui/slider.tsx';
import { keyStep } from './orbit.ts';
import styles from './viewport.module.css';

const nudges: readonly { label: string; less: [string, string]; more: [string, string] }[] = [
  { label: 'Azimuth', less: ['ArrowLeft', 'Azimuth down'], more: ['ArrowRight', 'Azimuth up'] },
  { label: 'Elevation', less: ['ArrowDown', 'Elevation down'], more: ['ArrowUp', 'Elevation up'] },
  { label: 'Roll', less: ['[', 'Roll down'], more: [']', 'Roll up'] },
  { label: 'Distance', less: ['+', 'Distance down'], more: ['-', 'Distance up'] },
];

function press(key: string): void {
  const step = keyStep(key, false, true);
  if (step) changeViewpoint(step);
}

/** While a refinement runs or waits, the viewpoint is its own and not for the user to apply. */
function Decision({ viewpoint, estimate }: { viewpoint: Viewpoint; estimate: Viewpoint }) {
  const phase = useRefine((state) => state.phase);
  if (phase !== 'idle')
    return (
      <div className={styles.decide}>
        {phase === 'running' ? 'The refinement moves the viewpoint' : 'The refined viewpoint'}
      </div>
    );
  const moved = !sameViewpoint(viewpoint, estimate);
  return (
    <div className={styles.decide}>
      <span>{moved ? 'Moved from the estimate' : 'Drag to shift, arrow keys to turn'}</span>
      <Button disabled={!moved} onClick={() => useView.setState({ viewpoint: estimate })}>
        Reset
      </Button>
      <Button variant="primary" disabled={!moved} onClick={() => setEstimate(viewpoint)}>
        Apply viewpoint
      </Button>
    </div>
  );
}

/** The controls of the photo view: what is seen of photo and car, small steps of the viewpoint, and the decision. */
export function PhotoMatch() {
  const viewpoint = useView((state) => state.viewpoint);
  const photoOpacity = useView((state) => state.photoOpacity);
  const carOpacity = useView((state) => state.carOpacity);
  const estimate = useDocument((state) => state.document?.viewpoint);
  if (!viewpoint || !estimate) return null;
  return (
    <fieldset className={styles.match} aria-label="Photo view">
      <div className={styles.opacity}>
        Photo
        <Slider
          label="Photo opacity"
          value={photoOpacity}
          min={0}
          max={1}
          step={0.05}
          onChange={(value) => useView.setState({ photoOpacity: value })}
        />
      </div>
      <div className={styles.opacity}>
        Car
        <Slider
          label="Car opacity"
          value={carOpacity}
          min={0}
          max={1}
          step={0.05}
          onChange={(value) => useView.setState({ carOpacity: value })}
        />
      </div>
      <div className={styles.nudges}>
        {nudges.map(({ label, less, more }) => (
          <span key={label} className={styles.nudge}>
            {label}
            <IconButton icon={Minus} label={less[1]} onClick={() => press(less[0])} />
            <IconButton icon={Plus} label={more[1]} onClick={() => press(more[0])} />
          </span>
        ))}
      </div>
      <Decision viewpoint={viewpoint} estimate={estimate} />
    </fieldset>
  );
}
