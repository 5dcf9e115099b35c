import { Sparkles, TriangleAlert } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { Picture } from '../../shared/studio-api.ts';
import { canonicalFraming } from '../../shared/viewpoint.ts';
import { retryNeuralPicture } from '../actions/neural.ts';
import { useConnection } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useNeural } from '../state/neural.ts';
import { useView } from '../state/view.ts';
import { drawableElevation, reframing } from '../state/view-math.ts';
import { Button } from '../ui/button.tsx';
import { Pane, PaneMessage } from '../ui/pane.tsx';
import { OrbitSurface } from '../viewport/orbit-surface.tsx';
import { drawPicture } from './draw-picture.ts';
import styles from './neural.module.css';

/** The picture at its own size, ready to be drawn scaled. */
function asCanvas({ width, height, rgba }: Picture): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
  return canvas;
}

function PictureCanvas({ picture, pane }: { picture: Picture; pane: { width: number; height: number } }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const source = useMemo(() => asCanvas(picture), [picture]);
  const viewpoint = useView((state) => state.viewpoint);
  const length = useDocument((state) => state.document?.car.lengthMetres);
  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false });
    if (!context || !viewpoint || length === undefined) return;
    const dpr = Math.min(2, window.devicePixelRatio);
    const [width, height] = [Math.round(pane.width * dpr), Math.round(pane.height * dpr)];
    if (context.canvas.width !== width) context.canvas.width = width;
    if (context.canvas.height !== height) context.canvas.height = height;
    if (width > 0 && height > 0) drawPicture(context, source, reframing(viewpoint, length));
  }, [source, viewpoint, length, pane]);
  return (
    <canvas ref={canvas} className={styles.canvas} role="img" aria-label="The car drawn by the generator" />
  );
}

function Limit() {
  const elevation = useView((state) => state.viewpoint?.elevationDeg);
  if (elevation === undefined || drawableElevation(elevation) === elevation) return null;
  const { minElevationDeg, maxElevationDeg } = canonicalFraming;
  const limit = elevation > maxElevationDeg ? maxElevationDeg : minElevationDeg;
  return (
    <div className={styles.limit} role="status">
      Elevation limited to {limit} degrees
    </div>
  );
}

function Timing() {
  const { picture, rate } = useNeural();
  if (!picture) return null;
  return (
    <span className={styles.timing}>
      {rate > 1 && `${rate} pictures/s, `}
      {picture.milliseconds.toFixed(0)} ms
    </span>
  );
}

export function NeuralPane({ hidden }: { hidden: boolean }) {
  const { picture, error } = useNeural();
  const document = useDocument((state) => state.document);
  const phase = useConnection((state) => state.phase);
  return (
    <Pane title="Neural view" hidden={hidden} actions={<Timing />}>
      <OrbitSurface className={styles.stage ?? ''} label="Car drawn by the generator: arrow keys turn it">
        {(size) => (
          <>
            {picture && <PictureCanvas picture={picture} pane={size} />}
            {picture && <Limit />}
            {error && (
              <PaneMessage kind="error" icon={TriangleAlert} title={error.message} text={error.remedy}>
                <Button onClick={retryNeuralPicture}>Try again</Button>
              </PaneMessage>
            )}
            {!picture && !error && document && phase !== 'lost' && (
              <PaneMessage kind="loading" title="Preparing the neural view" />
            )}
            {!document && phase === 'ready' && (
              <PaneMessage
                kind="empty"
                icon={Sparkles}
                title="The generator waits for a car"
                text="It draws the same car as a photo, from any side."
              />
            )}
          </>
        )}
      </OrbitSurface>
    </Pane>
  );
}
