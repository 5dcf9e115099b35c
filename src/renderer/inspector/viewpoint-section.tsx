import { FlipHorizontal2 } from 'lucide-react';
import { flip } from '../actions/photo.ts';
import { inBackground } from '../actions/run.ts';
import { useActivity } from '../state/activity.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { changeViewpoint, useView } from '../state/view.ts';
import { distanceRange, viewLimits } from '../state/view-math.ts';
import { Button } from '../ui/button.tsx';
import { SliderRow } from '../ui/slider.tsx';
import { Row, Section } from './section.tsx';

/** Where the camera stands; the viewport and the neural view follow every change. */
export function ViewpointSection() {
  const viewpoint = useView((state) => state.viewpoint);
  const document = useDocument((state) => state.document);
  const busy = useActivity((state) => state.activity !== null);
  const idle = useRefine((state) => state.phase === 'idle');
  const disabled = viewpoint === null;
  const distance = viewpoint?.distance ?? 10;
  const range = distanceRange(document?.car.lengthMetres ?? 4.5, distance);
  return (
    <Section title="Viewpoint">
      <SliderRow
        label="Azimuth"
        value={viewpoint?.azimuthDeg ?? 0}
        min={0}
        max={360}
        step={1}
        digits={1}
        unit="°"
        disabled={disabled}
        onChange={(azimuthDeg) => changeViewpoint((v) => ({ ...v, azimuthDeg }))}
      />
      <SliderRow
        label="Elevation"
        value={viewpoint?.elevationDeg ?? 0}
        min={viewLimits.minElevationDeg}
        max={viewLimits.maxElevationDeg}
        step={1}
        digits={1}
        unit="°"
        disabled={disabled}
        onChange={(elevationDeg) => changeViewpoint((v) => ({ ...v, elevationDeg }))}
      />
      <SliderRow
        label="Distance"
        value={distance}
        min={range.min}
        max={range.max}
        step={0.1}
        digits={1}
        unit="m"
        disabled={disabled}
        onChange={(metres) => changeViewpoint((v) => ({ ...v, distance: metres }))}
      />
      <SliderRow
        label="Roll"
        value={viewpoint?.rollDeg ?? 0}
        min={-viewLimits.maxRollDeg}
        max={viewLimits.maxRollDeg}
        step={0.5}
        digits={1}
        unit="°"
        disabled={disabled}
        onChange={(rollDeg) => changeViewpoint((v) => ({ ...v, rollDeg }))}
      />
      <Row name="Field of view">
        <span>{viewpoint ? `${viewpoint.fovDeg.toFixed(1)}°` : '-'}</span>
      </Row>
      <Button
        icon={FlipHorizontal2}
        disabled={!document || busy || !idle}
        title="Takes what looks like the front for the back, and reconstructs the car so (F)"
        onClick={() => inBackground(flip())}
      >
        Flip front and back
      </Button>
    </Section>
  );
}
